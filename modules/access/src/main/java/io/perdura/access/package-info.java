/**
 * Who may call, and how much: principals from API keys, identity rules, the admin token, client
 * addresses and the in-flight gates. Knows nothing of HTTP: the api room hands over header values.
 */
package io.perdura.access;
