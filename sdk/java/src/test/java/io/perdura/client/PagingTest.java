package io.perdura.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.client.model.FindRequest;
import io.perdura.client.model.FoundNode;
import io.perdura.client.model.GetTenantTimeseriesParams;
import io.perdura.client.model.JobRunRow;
import io.perdura.client.model.ListJobRunsParams;
import io.perdura.client.model.ListSessionEventsParams;
import io.perdura.client.model.ListTenantsParams;
import io.perdura.client.model.SessionEvent;
import io.perdura.client.model.TenantRow;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PagingTest {
  private final FakeTransport transport = new FakeTransport();
  private final Perdura client =
      Perdura.builder().baseUrl("http://perdura.test").transport(transport).build();

  @Test
  void eventsAreFetchedAPageAtATimeWhileThereAreMore() {
    page("events", "{\"id\":\"1\"},{\"id\":\"2\"}", true);
    page("events", "{\"id\":\"3\"}", false);
    Iterator<SessionEvent> events =
        client
            .sessions()
            .allEvents("s", new ListSessionEventsParams().limit(2).offset(10))
            .iterator();
    assertThat(transport.requests()).hasSize(1);
    assertThat(events.next().getId()).isEqualTo("1");
    assertThat(events.next().getId()).isEqualTo("2");
    assertThat(transport.requests()).hasSize(1);
    assertThat(events.next().getId()).isEqualTo("3");
    assertThat(events.hasNext()).isFalse();
    assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
    assertThat(queries()).containsExactly("limit=2&offset=10", "limit=2&offset=12");
  }

  @Test
  void findPagesByItsBody() {
    page("nodes", "{\"id\":\"1\"}", true);
    page("nodes", "", true);
    assertThat(
            client
                .memory()
                .findAll(new FindRequest().type(io.perdura.client.model.NodeType.RULE))
                .stream()
                .map(FoundNode::getId))
        .containsExactly("1");
    assertThat(transport.requests().stream().map(FakeTransport::body))
        .containsExactly("{\"type\":\"rule\",\"offset\":0}", "{\"type\":\"rule\",\"offset\":1}");
  }

  @Test
  void aListThatDoesNotTellEndsWithAPageThatIsNotFull() {
    transport.answer(200, "{\"tenants\":[" + rows("tenant_id", 0, 100) + "]}");
    transport.answer(200, "{\"tenants\":[" + rows("tenant_id", 100, 3) + "]}");
    List<String> tenants =
        client.admin().tenants().all(new ListTenantsParams()).stream()
            .map(TenantRow::getTenantId)
            .collect(Collectors.toList());
    assertThat(tenants).hasSize(103).doesNotHaveDuplicates();
    assertThat(queries()).containsExactly("limit=100&offset=0", "limit=100&offset=100");
  }

  @Test
  void runsFollowTheLastOne() {
    transport.answer(200, "{\"runs\":[" + rows("run_id", 0, 2) + "]}");
    transport.answer(200, "{\"runs\":[" + rows("run_id", 2, 1) + "]}");
    assertThat(
            client.admin().jobs().allRuns(new ListJobRunsParams().limit(2)).stream()
                .map(JobRunRow::getRunId))
        .containsExactly("0", "1", "2");
    assertThat(queries()).containsExactly("limit=2", "limit=2&before=1");
  }

  @Test
  void reportsFollowTheirCursor() {
    transport.answer(200, "{\"series\":[{\"endpoint\":\"a\"}],\"cursor\":{\"next\":\"c1\"}}");
    transport.answer(200, "{\"series\":[{\"endpoint\":\"b\"}],\"cursor\":{\"next\":null}}");
    assertThat(
            client
                .admin()
                .reports()
                .allTimeseries("t", new GetTenantTimeseriesParams().windowHours(2))
                .stream()
                .map(row -> row.getEndpoint()))
        .containsExactly("a", "b");
    assertThat(queries()).containsExactly("window_hours=2", "window_hours=2&cursor=c1");
  }

  private void page(String name, String items, boolean more) {
    transport.answer(
        200, "{\"" + name + "\":[" + items + "],\"page\":{\"has_more\":" + more + "}}");
  }

  private static String rows(String name, int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> "{\"" + name + "\":\"" + i + "\"}")
        .collect(Collectors.joining(","));
  }

  private List<String> queries() {
    return transport.requests().stream()
        .map(request -> request.uri().getQuery())
        .collect(Collectors.toList());
  }
}
