package io.perdura.sdk.behaviour;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The faults that are to come, and what has come so far. Forgetting both is a new plan. */
final class Plan {
  private static final class Due {
    private final Fault fault;
    private long times;

    private Due(Fault fault, long times) {
      this.fault = fault;
      this.times = times;
    }
  }

  /** One request of the log. */
  static final class Seen {
    private final HttpMessage request;
    private final Fault fault;
    private volatile boolean forwarded;
    private volatile Integer status;

    private Seen(HttpMessage request, Fault fault) {
      this.request = request;
      this.fault = fault;
    }

    Fault fault() {
      return fault;
    }

    void forwarded() {
      forwarded = true;
    }

    void answered(int code) {
      status = code;
    }

    private Map<String, Object> entry() {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("method", request.method());
      entry.put("path", request.path());
      entry.put("target", request.target());
      entry.put("headers", request.headers());
      entry.put("fault", fault == null ? null : fault.kind().word());
      entry.put("forwarded", forwarded);
      entry.put("status", status);
      return entry;
    }
  }

  private final List<Due> due = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();

  /** All of them or, if one is wrong, none. */
  synchronized void add(List<?> faults) {
    List<Due> more = new ArrayList<>();
    for (Object fault : faults) {
      Map<?, ?> input = (Map<?, ?>) fault;
      more.add(new Due(Fault.of(input), Fault.number(input, "times", 1)));
    }
    due.addAll(more);
  }

  /** Notes the request, with the first fault that strikes it, if one does. */
  synchronized Seen next(HttpMessage request) {
    Seen entry = new Seen(request, strike(request));
    seen.add(entry);
    return entry;
  }

  private Fault strike(HttpMessage request) {
    for (Iterator<Due> all = due.iterator(); all.hasNext(); ) {
      Due next = all.next();
      if (next.fault.strikes(request)) {
        next.times--;
        if (next.times <= 0) {
          all.remove();
        }
        return next.fault;
      }
    }
    return null;
  }

  synchronized List<Object> log() {
    List<Object> entries = new ArrayList<>();
    seen.forEach(entry -> entries.add(entry.entry()));
    return entries;
  }
}
