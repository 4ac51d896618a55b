/** The Model Context Protocol over standard input and output, for agents that start a program. */
package io.perdura.cli.mcp;
