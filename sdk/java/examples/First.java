import io.perdura.client.Perdura;
import io.perdura.client.model.*;

class First {
  public static void main(String[] args) {
    var url = System.getenv().getOrDefault("PERDURA_URL", "http://localhost:3001");
    var perdura = Perdura.builder().baseUrl(url).scope("first-steps").build();
    perdura.sessions().append(new EventRequest().sessionId("java").memoryLane(Lane.SHARED)
        .inputText("Ada keeps the spare key under the blue flowerpot.")).get();
    var recalled = perdura.memory().recallText(new RecallTextRequest().queryText("Where can I find a second key?")).get();
    System.out.println(recalled.getSeeds().get(0).getTextSummary());
  }
}
