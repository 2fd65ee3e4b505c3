using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Ports of the loopback interface that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>
    /// A free port below the range from which systems give ports to outgoing connections, so that it stays free until its server
    /// takes it.
    /// </summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }

        throw new InvalidOperationException("There is no free port between 20000 and 32000.");
    }
}
