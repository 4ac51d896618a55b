package io.perdura.control;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where this service may send to: https to names of the public internet, and the origins that the
 * operator allows ({@code PERDURA_OUTBOUND_ALLOW}).
 *
 * <p>Asked when a target is saved, and again with each connection, because a name's address may
 * change in between: {@link #addresses} resolves once, and the caller connects to what it returned.
 */
@ApplicationScoped
class Outbound {
  private static final Set<String> INSIDE_ZONES = Set.of("localhost", "local", "internal");
  private static final long RESOLVE_MS = 1_000;

  private final Set<String> allowed;
  private final Resolver resolver;

  /** For the container's proxy. */
  protected Outbound() {
    this.allowed = Set.of();
    this.resolver = null;
  }

  @Inject
  Outbound(Settings settings) {
    this(settings, InetAddress::getAllByName);
  }

  Outbound(Settings settings, Resolver resolver) {
    this.allowed = Set.copyOf(allowed(settings).map(WebUrl::origin).toList());
    this.resolver = resolver;
  }

  /** Looks a name up. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** Entries of the setting that are no origins. */
  static List<String> faults(Settings settings) {
    return entries(settings).filter(entry -> origin(entry).isEmpty()).toList();
  }

  /** What is wrong with a target that shall be saved; empty when nothing is. */
  Optional<String> complaint(WebUrl url) {
    Optional<String> named = complaintAboutName(url);
    if (named.isPresent() || allowed.contains(url.origin())) {
      return named;
    }
    return resolvesInside(url.host())
        ? Optional.of("the host's address is not of the public internet")
        : Optional.empty();
  }

  /**
   * Returns the addresses that may be connected to for {@code url}, each of them checked.
   *
   * @throws RefusedException when none may
   * @throws UnknownHostException when the name has no address
   */
  List<InetAddress> addresses(WebUrl url) throws UnknownHostException, RefusedException {
    Optional<String> complaint = complaintAboutName(url);
    if (complaint.isPresent()) {
      throw new RefusedException(complaint.get());
    }
    List<InetAddress> found = Arrays.asList(resolver.resolve(url.host()));
    boolean trusted = allowed.contains(url.origin());
    // One inside address among public ones is a trick, not a mistake.
    if (!trusted && !found.stream().allMatch(Addresses::isPublic)) {
      throw new RefusedException("the host's address is not of the public internet");
    }
    return found;
  }

  private Optional<String> complaintAboutName(WebUrl url) {
    if (url.credentials()) {
      return Optional.of("a URL with user or password is not taken");
    }
    if (allowed.contains(url.origin())) {
      return Optional.empty();
    }
    if (!url.scheme().equals("https")) {
      return Optional.of("only https is allowed");
    }
    if (url.isLiteral()) {
      return Optional.of("the host must be a name, not an address");
    }
    String zone = url.host().substring(url.host().lastIndexOf('.') + 1);
    return INSIDE_ZONES.contains(zone)
        ? Optional.of("the host is not of the public internet")
        : Optional.empty();
  }

  /** A name that cannot be looked up quickly is let pass: each connection asks again. */
  private boolean resolvesInside(String host) {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                try {
                  return Stream.of(resolver.resolve(host)).anyMatch(a -> !Addresses.isPublic(a));
                } catch (UnknownHostException e) {
                  return false;
                }
              },
              task -> Thread.ofVirtual().start(task))
          .completeOnTimeout(false, RESOLVE_MS, TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      return false;
    }
  }

  private static Stream<WebUrl> allowed(Settings settings) {
    return entries(settings).flatMap(entry -> origin(entry).stream());
  }

  private static Stream<String> entries(Settings settings) {
    String list = settings.get(ControlSettings.PERDURA_OUTBOUND_ALLOW);
    return list == null
        ? Stream.empty()
        : Stream.of(list.split(",")).map(String::trim).filter(entry -> !entry.isEmpty());
  }

  private static Optional<WebUrl> origin(String entry) {
    return WebUrl.parse(entry).filter(url -> url.tail().equals("/") && !url.credentials());
  }

  /** The target may not be connected to. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }
}
