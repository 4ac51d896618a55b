/** Rules, feedback on them, tool selection and what a planner needs: the policy loop. */
package io.perdura.policy;
