using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using S3Auth.Substrate;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// Requests of many miners to <c>/get-folder-access</c> as they go over the wire, each signed, no two the same: a proof is good once.
/// </summary>
internal sealed class SignedRequests : IDisposable
{
    // What most miners' software is.
    private const string Headers = "User-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n";

    // A commitment says the second, so a miner has one request for each. The first are ahead of the clock by less than may be.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(40);

    private readonly KeyPair[] _hotkeys;
    private readonly AccountId[] _coldkeys;
    private readonly long _latest;
    private long _next;

    internal SignedRequests(int miners)
    {
        _hotkeys = [.. Enumerable.Range(0, miners).Select(_ => KeyPair.FromSeed(RandomNumberGenerator.GetBytes(32)))];
        _coldkeys = [.. Enumerable.Range(0, miners).Select(Accounts.Number)];
        _latest = (DateTimeOffset.UtcNow + Ahead).ToUnixTimeSeconds();
    }

    /// <summary>The metagraph of these miners, as <c>METAGRAPH_FILE</c> has it.</summary>
    internal string Metagraph() => new JsonObject
    {
        ["netuid"] = 46,
        ["block"] = 1,
        ["neurons"] = new JsonArray([.. _hotkeys.Select((hotkey, uid) => new JsonObject
        {
            ["uid"] = uid, ["hotkey"] = hotkey.AccountId.ToString(), ["coldkey"] = _coldkeys[uid].ToString(), ["validator_permit"] = false, ["alpha_stake"] = 0,
        })]),
    }.ToJsonString();

    /// <summary>So many requests that no earlier call returned.</summary>
    internal byte[][] Take(int count, Uri service)
    {
        var first = _next;
        _next += count;
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
        var (hotkey, coldkey, timestamp) = (_hotkeys[miner], _coldkeys[miner], _latest - (number / _hotkeys.Length));
        var text = string.Create(CultureInfo.InvariantCulture, $"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}");
        var body = JsonSerializer.Serialize(new
        {
            coldkey = coldkey.ToString(), hotkey = hotkey.AccountId.ToString(), timestamp, signature = hotkey.Sign(Encoding.UTF8.GetBytes(text)).ToString(),
        });
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"POST /get-folder-access HTTP/1.1\r\nHost: {service.Authority}\r\n{Headers}Content-Length: {body.Length}\r\n\r\n{body}"));
    }
}
