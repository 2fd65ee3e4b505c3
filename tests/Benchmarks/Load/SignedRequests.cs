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

    /// <summary>The metagraph of these miners in the format of <c>METAGRAPH_FILE</c>.</summary>
    internal string Metagraph() => new JsonObject
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
    internal byte[][] Take(int count, Uri service)
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
        Parallel.For(0, count, index => requests[index] = Make(first + index, service));
        return requests;
    }

    public void Dispose()
    {
        foreach (var hotkey in _hotkeys)
        {
            hotkey.Dispose();
        }
    }

    private byte[] Make(long number, Uri service)
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
            $"POST /get-folder-access HTTP/1.1\r\nHost: {service.Authority}\r\n{Headers}Content-Length: {body.Length}\r\n\r\n{body}"));
    }
}
