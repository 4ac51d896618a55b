package io.perdura.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The body breaks the endpoint's schema: 400 {@code invalid_request} with every issue, and no
 * message key.
 */
public final class InvalidRequestException extends ApiException {
  private static final long serialVersionUID = 1L;

  private final transient List<Issue> issues;

  /** Issues are reported in the order given: the schema's declaration order. */
  public InvalidRequestException(List<Issue> issues) {
    super(400, "invalid_request", issues.toString());
    this.issues = List.copyOf(issues);
  }

  public List<Issue> issues() {
    return issues;
  }

  @Override
  public ObjectNode body() {
    ArrayNode list = Jsons.array();
    for (Issue issue : issues) {
      list.addObject().put("path", issue.path()).put("message", issue.message());
    }
    ObjectNode body = Jsons.object().put("error", code());
    body.set("issues", list);
    return body;
  }
}
