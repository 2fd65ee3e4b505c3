namespace S3Auth.Benchmarks.Load;

/// <summary>The result of wrk.</summary>
internal sealed record WrkResult(long Requests, TimeSpan Duration, long Refused, TimeSpan P50, TimeSpan P99)
{
    internal double PerSecond => Requests / Duration.TotalSeconds;
}

/// <summary>Runs wrk, which sends requests as fast as the server answers them.</summary>
internal static class Wrk
{
    // Sends each request of a file once, or repeatedly if the content does not matter.
    private const string Script = """
        local file = io.open(os.getenv("LOAD_REQUESTS"), "rb")
        local requests, count, sent = {}, 0, 0
        while true do
          local size = file:read("*l")
          if not size then break end
          count = count + 1
          requests[count] = file:read(tonumber(size))
        end
        file:close()
        request = function()
          sent = sent + 1
          if sent > count and not os.getenv("LOAD_REPEATS") then error("there are too few requests") end
          return requests[(sent - 1) % count + 1]
        end
        done = function(summary, latency, requests)
          io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status,
            summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
            latency:percentile(50), latency:percentile(99)))
        end
        """;

    /// <param name="address">The server.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="repeats">Whether a request may be sent more than once.</param>
    /// <param name="connections">The number of concurrent connections.</param>
    /// <param name="duration">The duration of the run.</param>
    /// <exception cref="InvalidOperationException">wrk is not on the PATH, a request got no answer, or there were too few.</exception>
    internal static async Task<WrkResult> RunAsync(Uri address, byte[][] requests, bool repeats, int connections, TimeSpan duration)
    {
        var folder = Directory.CreateTempSubdirectory("s3auth-load-");
        try
        {
            var (script, file) = (Path.Combine(folder.FullName, "load.lua"), Path.Combine(folder.FullName, "requests"));
            await File.WriteAllTextAsync(script, Script);
            await WriteAsync(file, requests);
            var start = new ProcessStartInfo("wrk",
            [
                "-t1",
                string.Create(CultureInfo.InvariantCulture, $"-c{connections}"),
                string.Create(CultureInfo.InvariantCulture, $"-d{duration.TotalSeconds:0}s"),
                "-s", script, address.AbsoluteUri,
            ])
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            start.Environment["LOAD_REQUESTS"] = file;
            if (repeats)
            {
                start.Environment["LOAD_REPEATS"] = "yes";
            }

            using var process = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return Read(await output, await errors);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException("wrk is not on the PATH: install it (Debian: apt-get install wrk).", exception);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string path, byte[][] requests)
    {
        await using var file =
            new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 20, useAsync: false);
        foreach (var request in requests)
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{request.Length}\n")));
            file.Write(request);
        }
    }

    private static WrkResult Read(string output, string errors)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal));
        if (line is null || errors.Length > 0)
        {
            throw new InvalidOperationException($"wrk did not end well: {errors}{output}");
        }

        var numbers = line.Split(' ').Skip(1).Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return numbers[3] == 0
            ? new WrkResult(
                numbers[0],
                TimeSpan.FromMicroseconds(numbers[1]),
                numbers[2],
                TimeSpan.FromMicroseconds(numbers[4]),
                TimeSpan.FromMicroseconds(numbers[5]))
            : throw new InvalidOperationException($"{numbers[3]} requests got no answer.");
    }
}
