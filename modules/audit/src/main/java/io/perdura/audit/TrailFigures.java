package io.perdura.audit;

/**
 * What one server knows of the trail.
 *
 * @param linked rows that it linked since its start
 * @param lagSeconds age of the oldest row that waits to be linked, as last seen
 * @param sequencing whether it is the one that links
 * @param fenced times that another server had taken its place unnoticed
 * @param spoolBytes size of the files of rows that wait for the database
 * @param spoolAgeSeconds since when rows have been waiting there
 * @param refused calls that were refused because their row could not be written
 * @param dropped refused calls without a credential that left no row of their own
 */
public record TrailFigures(
    long linked,
    double lagSeconds,
    boolean sequencing,
    long fenced,
    long spoolBytes,
    double spoolAgeSeconds,
    long refused,
    long dropped) {}
