package io.perdura.benchmarks;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a JVM of this machine says about its memory; the JVM needs nothing prepared. */
final class JvmProbe implements AutoCloseable {
  private static final double MEGABYTE = 1 << 20;

  private final JMXConnector connector;
  private final MBeanServerConnection beans;
  private final ObjectName threads;
  private final ObjectName memory;

  @SuppressWarnings("BanJNDI") // the address comes from the JVM we are attached to, on this machine
  JvmProbe(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        connector =
            JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
      } finally {
        machine.detach();
      }
      beans = connector.getMBeanServerConnection();
      threads = new ObjectName("java.lang:type=Threading");
      memory = new ObjectName("java.lang:type=Memory");
    } catch (AttachNotSupportedException | JMException e) {
      throw new IOException("process " + pid + " cannot be probed", e);
    }
  }

  /** Bytes that all threads, ended ones too, have allocated since the start. */
  double allocatedBytes() throws IOException {
    try {
      return ((Number) beans.getAttribute(threads, "TotalThreadAllocatedBytes")).doubleValue();
    } catch (JMException e) {
      throw new IOException(e);
    }
  }

  /** Collects garbage and returns the heap in use afterwards. */
  double liveMegabytes() throws IOException {
    try {
      beans.invoke(memory, "gc", new Object[0], new String[0]);
      CompositeData usage = (CompositeData) beans.getAttribute(memory, "HeapMemoryUsage");
      return ((Number) usage.get("used")).doubleValue() / MEGABYTE;
    } catch (JMException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
