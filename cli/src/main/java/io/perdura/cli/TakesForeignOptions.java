package io.perdura.cli;

/** A command whose last arguments may look like options of its own and are somebody else's. */
public interface TakesForeignOptions {}
