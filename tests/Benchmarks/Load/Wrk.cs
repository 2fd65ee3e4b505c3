namespace S3Auth.Benchmarks.Load;

/// <summary>The result of wrk.</summary>
internal sealed record WrkResult(long Requests, TimeSpan Duration, long Refused, TimeSpan P50, TimeSpan P99)
{
    internal double PerSecond => Requests / Duration.TotalSeconds;
}

/// <summary>Runs wrk, which sends requests as fast as the server answers them. The requests are in a file, which this class owns.</summary>
internal sealed class Wrk : IDisposable
{
    // Sends each request once, or repeatedly if the content does not matter, and ends earlier if they are used up. It finds the requests in
    // the file when it sends them, so that it begins to send at once.
    private const string Script = """
        local repeats = os.getenv("LOAD_REPEATS")
        local data, at, first
        init = function()
          local file = io.open(os.getenv("LOAD_REQUESTS"), "rb")
          data, at = file:read("*a"), 1
          file:close()
        end
        request = function()
          if at > #data then
            if not repeats then
              wrk.thread:stop()
              return first
            end
            at = 1
          end
          local line = data:find("\n", at, true)
          local last = line + tonumber(data:sub(at, line - 1))
          at = last + 1
          local one = data:sub(line + 1, last)
          first = first or one
          return one
        end
        done = function(summary, latency, requests)
          io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status,
            summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
            latency:percentile(50), latency:percentile(99)))
        end
        """;

    // Longer than any pause of a busy machine. The default, 2 s, sometimes ends a run.
    private const string Timeout = "30s";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s3auth-load-");
    private readonly bool _repeats;

    /// <param name="requests">The requests, as they are sent.</param>
    /// <param name="repeats">Whether a request may be sent more than once.</param>
    internal Wrk(byte[][] requests, bool repeats)
    {
        _repeats = repeats;
        File.WriteAllText(ScriptPath, Script);
        using var file = new FileStream(RequestsPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        foreach (var request in requests)
        {
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{request.Length}\n")));
            file.Write(request);
        }
    }

    private string ScriptPath => Path.Combine(_folder.FullName, "load.lua");

    private string RequestsPath => Path.Combine(_folder.FullName, "requests");

    /// <param name="address">The server.</param>
    /// <param name="connections">The number of concurrent connections.</param>
    /// <param name="duration">The longest duration of the run.</param>
    /// <exception cref="InvalidOperationException">wrk is not on the PATH, or a request got no answer.</exception>
    internal async Task<WrkResult> RunAsync(Uri address, int connections, TimeSpan duration)
    {
        var start = new ProcessStartInfo("wrk",
        [
            "-t1",
            string.Create(CultureInfo.InvariantCulture, $"-c{connections}"),
            string.Create(CultureInfo.InvariantCulture, $"-d{duration.TotalSeconds:0}s"),
            "--timeout", Timeout, "-s", ScriptPath, address.AbsoluteUri,
        ])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LOAD_REQUESTS"] = RequestsPath;
        if (_repeats)
        {
            start.Environment["LOAD_REPEATS"] = "yes";
        }

        try
        {
            using var process = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return Read(await output, await errors);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException("wrk is not on the PATH: install it (Debian: apt-get install wrk).", exception);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

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
