using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace S3Auth.Testing;

/// <summary>
/// Ports of this machine for servers that must be told theirs. A port is reserved until this process ends, so that no two callers get
/// the same one: in this process by a set, in others of the same user by a locked file. Where a server may choose its port itself, let it
/// (port 0) and read it back instead.
/// </summary>
public static class FreePort
{
    // Below the range from which systems give ports to outgoing connections.
    private const int First = 20_000;
    private const int End = 32_000;

    private static readonly string Locks = Path.Combine(Path.GetTempPath(), $"s3auth-ports-{Environment.UserName}");
    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, FileStream> Reserved = [];

    public static int Next() => Next(count: 1);

    /// <summary>Reserves consecutive ports and returns the first.</summary>
    public static int Next(int count)
    {
        lock (Gate)
        {
            Directory.CreateDirectory(Locks);
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var first = RandomNumberGenerator.GetInt32(First, End - count + 1);
                if (ReserveAll(first, count))
                {
                    return first;
                }
            }
        }

        throw new InvalidOperationException($"There is no free port between {First} and {End}.");
    }

    private static bool ReserveAll(int first, int count)
    {
        for (var port = first; port < first + count; port++)
        {
            if (Reserved.ContainsKey(port) || Reserve(port) is not { } reservation)
            {
                for (var given = first; given < port; given++)
                {
                    Reserved.Remove(given, out var back);
                    back?.Dispose();
                }

                return false;
            }

            Reserved[port] = reservation;
        }

        return true;
    }

    // The files stay, empty: one that is deleted could be locked twice.
    private static FileStream? Reserve(int port)
    {
        FileStream? reservation = null;
        try
        {
            reservation = new FileStream(
                Path.Combine(Locks, port.ToString(CultureInfo.InvariantCulture)),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                bufferSize: 1);
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return reservation;
        }
        catch (Exception taken) when (taken is IOException or SocketException)
        {
            reservation?.Dispose();
            return null;
        }
    }
}
