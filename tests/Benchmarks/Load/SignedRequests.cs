using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// The bytes of signed requests of many miners to <c>/get-folder-access</c>. Each one is different, because a proof is accepted only once.
/// </summary>
internal sealed class SignedRequests : IDisposable
{
    // The user agent of most miners' software.
    private const string Headers = "User-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: "
        + "keep-alive\r\nContent-Type: application/json\r\n";

    // More than the service answers on this machine. wrk ends earlier if it uses up its requests.
    private const int MaxPerSecond = 30_000;
    private const int Repeated = 20_000;

    // A commitment has a time in seconds, so each miner has one request for each second of the access window.
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromSeconds(50);

    private readonly KeyPair[] _hotkeys;
    private readonly AccountId[] _coldkeys;
    private readonly long _first;
    private long _next;

    internal SignedRequests(int miners)
    {
        _hotkeys = [.. Enumerable.Range(0, miners).Select(_ => KeyPair.FromSeed(RandomNumberGenerator.GetBytes(32)))];
        _coldkeys = [.. Enumerable.Range(0, miners).Select(Accounts.Number)];
        _first = (DateTimeOffset.UtcNow - Oldest).ToUnixTimeSeconds();
    }

    /// <summary>The number of miners.</summary>
    internal int Miners => _hotkeys.Length;

    /// <summary>The metagraph of these miners in the format of <c>METAGRAPH_FILE</c>.</summary>
    private string Metagraph() => new JsonObject
    {
        ["netuid"] = 46,
        ["block"] = 1,
        ["neurons"] = new JsonArray([.. _hotkeys.Select((hotkey, uid) => new JsonObject
        {
            ["uid"] = uid,
            ["hotkey"] = hotkey.AccountId.ToString(),
            ["coldkey"] = _coldkeys[uid].ToString(),
            ["validator_permit"] = false,
            ["alpha_stake"] = 0,
        })]),
    }.ToJsonString();

    /// <summary>Returns the given number of requests, none of which was returned before.</summary>
    /// <exception cref="InvalidOperationException">There are not enough miners.</exception>
    internal byte[][] Take(int count)
    {
        var now = DateTimeOffset.UtcNow;
        var first = Math.Max(_next, ((now - Oldest).ToUnixTimeSeconds() - _first) * _hotkeys.Length);
        _next = first + count;
        if (_first + (_next / _hotkeys.Length) > (now + FurthestAhead).ToUnixTimeSeconds())
        {
            throw new InvalidOperationException(
                $"{_hotkeys.Length} miners cannot sign so many requests within the time that a request is good for.");
        }

        var requests = new byte[count][];
        Parallel.For(0, count, index => requests[index] = Make(first + index));
        return requests;
    }

    /// <summary>Prepares wrk to send requests for a duration, none of which was sent before.</summary>
    internal Wrk Prepare(TimeSpan duration) => new(Take((int)(duration.TotalSeconds * MaxPerSecond)), repeats: false);

    /// <summary>Prepares wrk to send a few requests repeatedly, to a server that ignores their content.</summary>
    internal Wrk PrepareRepeated() => new(Take(Repeated), repeats: true);

    /// <summary>Starts a service with the metagraph of these miners.</summary>
    /// <param name="program">The built <c>S3Auth.Api.dll</c>.</param>
    /// <param name="settings">Further environment variables.</param>
    internal async Task<RunningService> StartServiceAsync(string program, IReadOnlyDictionary<string, string>? settings = null)
    {
        var metagraph = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(metagraph, Metagraph());
            var all = new Dictionary<string, string>(settings ?? ReadOnlyDictionary<string, string>.Empty, StringComparer.Ordinal)
            {
                ["BT_NETWORK"] = "static", ["METAGRAPH_FILE"] = metagraph,
            };
            return await RunningService.StartAsync(program, all);
        }
        finally
        {
            File.Delete(metagraph);
        }
    }

    /// <summary>Sends one request and returns the size of its answer in bytes.</summary>
    internal async Task<int> SampleAsync(RunningService service)
    {
        var text = Encoding.ASCII.GetString(Take(1)[0]);
        using var content = new StringContent(
            text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..],
            Encoding.UTF8,
            "application/json");
        using var answer = await service.Http.PostAsync("/get-folder-access", content);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode == HttpStatusCode.OK ? body.Length : throw new InvalidOperationException(Encoding.UTF8.GetString(body));
    }

    public void Dispose()
    {
        foreach (var hotkey in _hotkeys)
        {
            hotkey.Dispose();
        }
    }

    private byte[] Make(long number)
    {
        var miner = (int)(number % _hotkeys.Length);
        var (hotkey, coldkey, timestamp) = (_hotkeys[miner], _coldkeys[miner], _first + (number / _hotkeys.Length));
        var text = string.Create(CultureInfo.InvariantCulture, $"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}");
        var body = JsonSerializer.Serialize(new
        {
            coldkey = coldkey.ToString(),
            hotkey = hotkey.AccountId.ToString(),
            timestamp,
            signature = hotkey.Sign(Encoding.UTF8.GetBytes(text)).ToString(),
        });
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /get-folder-access HTTP/1.1\r\nHost: localhost\r\n{Headers}Content-Length: {body.Length}\r\n\r\n{body}"));
    }
}
