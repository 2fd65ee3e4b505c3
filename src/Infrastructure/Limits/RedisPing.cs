using System.Net.Security;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Pings Redis on a separate connection and thread, so that neither a busy thread pool nor a queue of answers makes a running Redis look
/// down. Sends no password. Any answer counts, including one that requires a password.
/// </summary>
internal static class RedisPing
{
    private static ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    /// <summary>Returns whether Redis answers within <paramref name="timeout"/>.</summary>
    internal static Task<bool> SendAsync(RedisAddress address, TimeSpan timeout) => Task.Factory.StartNew(
        () => Send(address, timeout),
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    private static bool Send(RedisAddress address, TimeSpan timeout)
    {
        try
        {
            using var socket = Connect(address, timeout);
            if (socket is null)
            {
                return false;
            }

            (socket.SendTimeout, socket.ReceiveTimeout) = ((int)timeout.TotalMilliseconds, (int)timeout.TotalMilliseconds);
            using var plain = new NetworkStream(socket);
            using Stream stream = address.UsesTls ? Encrypt(plain, address) : plain;
            stream.Write(Ping);
            return stream.ReadByte() >= 0;
        }
        catch (Exception failure) when (failure is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    // Non-blocking with Poll, because a blocking connect would use the system's timeout of minutes.
    private static Socket? Connect(RedisAddress address, TimeSpan timeout)
    {
        var target = address.Resolve();
        var protocol = target.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, protocol) { Blocking = false };
        try
        {
            socket.Connect(target);
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(timeout, SelectMode.SelectWrite) || socket.Poll(TimeSpan.Zero, SelectMode.SelectError))
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
