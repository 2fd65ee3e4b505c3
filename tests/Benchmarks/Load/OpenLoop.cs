using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HdrHistogram;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// Sends requests at fixed times, regardless of earlier answers, and measures latency from the planned time. So a server that stops for one
/// second delays all requests of that second, not only one.
/// </summary>
internal static partial class OpenLoop
{
    private const long Microseconds = 1_000_000;
    private const int TimerSlack = 29;

    /// <returns>Latencies in microseconds.</returns>
    /// <exception cref="InvalidOperationException">An answer was not successful.</exception>
    internal static async Task<LongHistogram> RunAsync(Uri address, byte[][] requests, int perSecond)
    {
        var histogram = new LongHistogram(60 * Microseconds, 3);
        var idle = new ConcurrentStack<Connection>();
        var running = new List<Task>(requests.Length);
        await Task.Factory.StartNew(
            () =>
            {
                if (OperatingSystem.IsLinux())
                {
                    // Otherwise this thread wakes up 50 µs late.
                    _ = Control(TimerSlack, 1, 0, 0, 0);
                }

                var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
                for (var i = 0; i < requests.Length; i++)
                {
                    var due = start + (i * Stopwatch.Frequency / perSecond);
                    Sleep(due);
                    running.Add(SendAsync(address, requests[i], due, idle, histogram));
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAll(running);
        foreach (var connection in idle)
        {
            connection.Dispose();
        }

        return histogram;
    }

    private static void Sleep(long until)
    {
        while (until - Stopwatch.GetTimestamp() is var left and > 0)
        {
            if (OperatingSystem.IsLinux())
            {
                _ = NanoSleep(new TimeSpec(0, Math.Min(left * 1_000_000_000 / Stopwatch.Frequency, 999_999_999)), 0);
            }
            else
            {
                Thread.Sleep(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency));
            }
        }
    }

    private static async Task SendAsync(Uri address, byte[] request, long due, ConcurrentStack<Connection> idle, LongHistogram histogram)
    {
        if (!idle.TryPop(out var connection))
        {
            connection = await Connection.OpenAsync(address);
        }

        await connection.AskAsync(request);
        var micros = (long)Stopwatch.GetElapsedTime(due).TotalMicroseconds;
        idle.Push(connection);
        lock (histogram)
        {
            histogram.RecordValue(Math.Max(micros, 1));
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);

    /// <summary>A connection that reads answers with a length.</summary>
    private sealed class Connection(Socket socket) : IDisposable
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        internal static async Task<Connection> OpenAsync(Uri address)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, address.Port);
            return new Connection(socket);
        }

        internal async Task AskAsync(byte[] request)
        {
            await socket.SendAsync(request);
            var (have, whole) = (0, -1);
            while (whole < 0 || have < whole)
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(have));
                have += read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
                whole = whole < 0 ? LengthOf(_buffer.AsSpan(0, have)) : whole;
            }
        }

        public void Dispose() => socket.Dispose();

        private static int LengthOf(ReadOnlySpan<byte> answer)
        {
            var end = answer.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return -1;
            }

            if (!answer.StartsWith("HTTP/1.1 200 "u8))
            {
                throw new InvalidOperationException($"The server refused: {System.Text.Encoding.UTF8.GetString(answer)}");
            }

            var head = System.Text.Encoding.ASCII.GetString(answer[..end]);
            var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                var digits = head.AsSpan(at + "Content-Length: ".Length);
                var line = digits.IndexOf('\r');
                return end + 4 + int.Parse(line < 0 ? digits : digits[..line], System.Globalization.CultureInfo.InvariantCulture);
            }

            // A chunked body ends with its last chunk.
            return answer.EndsWith("0\r\n\r\n"u8) ? answer.Length : -1;
        }
    }
}
