package io.perdura.client;

import io.perdura.client.model.AlertDeliveryList;
import io.perdura.client.model.AlertDeliveryRow;
import io.perdura.client.model.AlertRouteAnswer;
import io.perdura.client.model.AlertRouteInput;
import io.perdura.client.model.AlertRouteList;
import io.perdura.client.model.AlertRouteRow;
import io.perdura.client.model.AlertRouteStatus;
import io.perdura.client.model.ListAlertDeliveriesParams;
import io.perdura.client.model.ListAlertRoutesParams;

/** Where alerts go, and what went there. */
public final class Alerts {
  private final Perdura client;

  Alerts(Perdura client) {
    this.client = client;
  }

  /**
   * Say where alerts of a tenant go; only public https names, and what the operator allows: <code>
   * createAlertRoute</code>.
   */
  public Call<AlertRouteAnswer> createRoute(AlertRouteInput request) {
    return client.call(Operation.CREATE_ALERT_ROUTE, AlertRouteAnswer.class).body(request);
  }

  /** Alert routes, newest first; values of headers are masked: <code>listAlertRoutes</code>. */
  public Call<AlertRouteList> routes(ListAlertRoutesParams params) {
    return client
        .call(Operation.LIST_ALERT_ROUTES, AlertRouteList.class)
        .query(Json.properties(params));
  }

  /** All pages of {@link #routes}. */
  public Paged<AlertRouteRow> allRoutes(ListAlertRoutesParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_ALERT_ROUTES, AlertRouteList.class)
                .query(query)
                .get()
                .getRoutes());
  }

  /** Switch an alert route on or off: <code>setAlertRouteStatus</code>. */
  public Call<AlertRouteAnswer> setRouteStatus(String id, AlertRouteStatus request) {
    return client
        .call(Operation.SET_ALERT_ROUTE_STATUS, AlertRouteAnswer.class)
        .path("id", id)
        .body(request);
  }

  /** What became of alerts, newest first: <code>listAlertDeliveries</code>. */
  public Call<AlertDeliveryList> deliveries(ListAlertDeliveriesParams params) {
    return client
        .call(Operation.LIST_ALERT_DELIVERIES, AlertDeliveryList.class)
        .query(Json.properties(params));
  }

  /** All pages of {@link #deliveries}. */
  public Paged<AlertDeliveryRow> allDeliveries(ListAlertDeliveriesParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_ALERT_DELIVERIES, AlertDeliveryList.class)
                .query(query)
                .get()
                .getDeliveries());
  }
}
