package io.perdura.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The resources, at the root of the public port. */
@ApplicationPath("/")
public class ApiApplication extends Application {}
