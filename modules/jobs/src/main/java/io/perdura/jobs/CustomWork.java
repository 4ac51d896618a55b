package io.perdura.jobs;

/** A job whose JSL names artifacts of its own, for instance partitions. */
public interface CustomWork extends JobWork {}
