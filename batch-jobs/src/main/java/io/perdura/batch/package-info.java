/**
 * Jakarta Batch jobs: what they do is in the modules, how they are started, watched, resumed and
 * forgotten is here.
 */
package io.perdura.batch;
