package io.perdura.jobs;

/** A job whose JSL names artifacts of its own, for instance partitions. */
public non-sealed interface CustomWork extends JobWork {}
