package io.perdura.control;

import io.perdura.kernel.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whose certificates count at the receivers of alerts: those of the Java runtime's authorities, and
 * of the operator's own ({@code PERDURA_OUTBOUND_CA_FILE}).
 *
 * <p>Made here and not taken from the container, whose default trusts what its server.xml says for
 * incoming connections.
 */
final class OutboundTrust {
  private OutboundTrust() {}

  /** Tells what is wrong with the file of authorities; empty when nothing is. */
  static Optional<String> fault(Settings settings) {
    try {
      own(settings);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("cannot be read: " + e);
    } catch (GeneralSecurityException e) {
      return Optional.of("must hold certificates in PEM");
    }
  }

  static SSLSocketFactory sockets(Settings settings) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(own(settings)), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("the start-up check passed this file of authorities", e);
    }
  }

  private static TrustManager[] managers(Collection<? extends Certificate> own)
      throws IOException, GeneralSecurityException {
    TrustManagerFactory runtime = factory(null);
    if (own.isEmpty()) {
      return runtime.getTrustManagers();
    }
    KeyStore all = KeyStore.getInstance("PKCS12");
    all.load(null, null);
    int n = 0;
    for (TrustManager manager : runtime.getTrustManagers()) {
      if (manager instanceof X509TrustManager authorities) {
        for (Certificate authority : authorities.getAcceptedIssuers()) {
          all.setCertificateEntry("runtime-" + n++, authority);
        }
      }
    }
    for (Certificate authority : own) {
      all.setCertificateEntry("own-" + n++, authority);
    }
    return factory(all).getTrustManagers();
  }

  /** {@code null}: the authorities of the Java runtime. */
  private static TrustManagerFactory factory(KeyStore authorities) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory;
  }

  private static Collection<? extends Certificate> own(Settings settings)
      throws IOException, GeneralSecurityException {
    String file = settings.get(ControlSettings.PERDURA_OUTBOUND_CA_FILE);
    if (file == null) {
      return List.of();
    }
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new CertificateException("no certificate");
      }
      return certificates;
    }
  }

  /** Says in words of ours why no secure connection came about. */
  static IOException explained(SSLException failure) {
    return new IOException(reason(failure), failure);
  }

  private static String reason(SSLException failure) {
    boolean certificate = false;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CertPathValidatorException invalid
          && invalid.getReason() == CertPathValidatorException.BasicReason.EXPIRED) {
        return "the receiver's certificate has expired";
      }
      if (t instanceof CertPathBuilderException || t instanceof CertPathValidatorException) {
        return "the receiver's certificate is of no authority that is trusted here;"
            + " PERDURA_OUTBOUND_CA_FILE names further ones";
      }
      certificate |= t instanceof CertificateException;
    }
    return certificate
        ? "the receiver's certificate is not for its name: " + failure.getMessage()
        : "no secure connection with the receiver: " + failure.getMessage();
  }
}
