using System.Net.Security;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Whether a Redis answers at all, asked on a connection and a thread of their own: nothing that waits in this process, and no queue of
/// answers, can make a Redis that lives look dead. Any answer will do, also that a password is wanted; none is sent.
/// </summary>
internal static class RedisPulse
{
    private static ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    /// <returns>Whether it answered within <paramref name="patience"/>.</returns>
    internal static Task<bool> FeelAsync(RedisAddress address, TimeSpan patience) => Task.Factory.StartNew(
        () => Feel(address, patience), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private static bool Feel(RedisAddress address, TimeSpan patience)
    {
        try
        {
            using var socket = Connect(address, patience);
            if (socket is null)
            {
                return false;
            }

            (socket.SendTimeout, socket.ReceiveTimeout) = ((int)patience.TotalMilliseconds, (int)patience.TotalMilliseconds);
            using var plain = new NetworkStream(socket);
            using Stream stream = address.UsesTls ? Encrypt(plain, address) : plain;
            stream.Write(Ping);
            return stream.ReadByte() >= 0;
        }
        catch (Exception dead) when (dead is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    // Waited for on this thread, and no longer than that: a connection's own timeout is the system's, which is minutes.
    private static Socket? Connect(RedisAddress address, TimeSpan patience)
    {
        var target = address.Resolve();
        var isTcp = target.AddressFamily != AddressFamily.Unix;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, isTcp ? ProtocolType.Tcp : ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(target);
        }
        catch (SocketException begun) when (begun.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(patience, SelectMode.SelectWrite) || socket.Poll(TimeSpan.Zero, SelectMode.SelectError))
            {
                socket.Dispose();
                return null;
            }
        }

        socket.Blocking = true;
        return socket;
    }

    private static SslStream Encrypt(NetworkStream stream, RedisAddress address)
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false, address.Validation);
        encrypted.AuthenticateAsClient(address.Host);
        return encrypted;
    }
}
