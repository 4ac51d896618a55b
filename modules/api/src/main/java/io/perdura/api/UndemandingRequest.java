package io.perdura.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A request whose Accept header cannot be read: taken as if it had none. JAX-RS would call it a
 * fault of the server.
 */
final class UndemandingRequest extends HttpServletRequestWrapper {
  private static final String ACCEPT = "accept";
  private static final int LONGEST = 2_000;
  private static final String TOKEN = "[\\w!#$%&'*+.^`|~-]++";
  private static final Pattern RANGE =
      Pattern.compile(
          "\\s*+"
              + TOKEN
              + "/"
              + TOKEN
              + "\\s*+(;\\s*+(?:q=(?:0(?:\\.\\d*+)?+|1(?:\\.0*+)?+)|(?!q=)"
              + TOKEN
              + "=(?:"
              + TOKEN
              + "|\"[^\"]*+\"))\\s*+)*+");

  private UndemandingRequest(HttpServletRequest request) {
    super(request);
  }

  /** Returns the request itself when its Accept headers can be read. */
  static HttpServletRequest of(HttpServletRequest request) {
    Enumeration<String> headers = request.getHeaders(ACCEPT);
    while (headers.hasMoreElements()) {
      if (!isSound(headers.nextElement())) {
        return new UndemandingRequest(request);
      }
    }
    return request;
  }

  static boolean isSound(String accept) {
    if (accept.equals("*/*") || accept.equals("application/json")) {
      return true;
    }
    if (accept.length() > LONGEST) {
      return false;
    }
    for (String range : accept.split(",", -1)) {
      if (!RANGE.matcher(range).matches()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String getHeader(String name) {
    return name.equalsIgnoreCase(ACCEPT) ? null : super.getHeader(name);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return name.equalsIgnoreCase(ACCEPT) ? Collections.emptyEnumeration() : super.getHeaders(name);
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    List<String> names =
        Collections.list(super.getHeaderNames()).stream()
            .filter(name -> !name.equalsIgnoreCase(ACCEPT))
            .toList();
    return Collections.enumeration(names);
  }
}
