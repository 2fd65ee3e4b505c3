using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Api.WarmUp;

/// <summary>Hotkeys that exist only in this object, and the requests that they sign.</summary>
internal sealed class WarmUpRequests : IDisposable
{
    /// <summary>The number of kinds of requests that <see cref="NextOfAnyKind"/> returns in turn.</summary>
    internal const int Kinds = 6;

    private const int Miners = 64;

    // A proof is accepted once, so each request of a miner has another timestamp in the access window.
    private const long MaxAgeSeconds = 240;

    private readonly KeyPair _validator = NewKey();
    private readonly KeyPair[] _miners = [.. Enumerable.Range(0, Miners).Select(_ => NewKey())];
    private readonly FolderLayout _layout;
    private readonly long _now;
    private int _last;

    internal WarmUpRequests(FolderLayout layout, ushort netuid, DateTimeOffset now)
    {
        _layout = layout;
        _now = now.ToUnixTimeSeconds();
        Metagraph = new Metagraph(
            "warm-up",
            netuid,
            block: 1,
            now,
            [
                Neuron(_validator, Miners, isValidator: true),
                .. _miners.Select((miner, uid) => Neuron(miner, uid, isValidator: false)),
            ]);
    }

    /// <summary>The metagraph in which they are registered. Each hotkey is its own coldkey.</summary>
    internal Metagraph Metagraph { get; }

    /// <summary>The folders of all miners.</summary>
    internal IReadOnlyList<string> Folders => [.. _miners.SelectMany(FoldersOf)];

    /// <summary>Returns a request of a miner that gets a grant.</summary>
    internal HttpRequestMessage NextFolderAccess() => FolderAccess(Next(), hasWrongSignature: false);

    /// <summary>Returns a request of another kind than the one before.</summary>
    internal HttpRequestMessage NextOfAnyKind()
    {
        var turn = Next();
        return (turn.Number % Kinds) switch
        {
            0 => new HttpRequestMessage(HttpMethod.Get, "/readyz"),
            1 => OfValidator("/get-validator-access", Commitment.ValidatorAccess(turn.Timestamp), turn.Timestamp),
            2 => OfValidator(
                "/get-file-presigned-urls",
                Commitment.FileUrls(turn.Miner.AccountId, _validator.AccountId, turn.Timestamp),
                turn.Timestamp,
                $""","miner_hotkey":"{turn.Miner}","file_keys":["{FoldersOf(turn.Miner)[0]}{_layout.ExamplePath}"]"""),
            3 => WithHeaders(ProofHeaders.Epistula, turn),
            4 => WithHeaders(ProofHeaders.Tao, turn),
            _ => FolderAccess(turn, hasWrongSignature: true),
        };
    }

    public void Dispose()
    {
        _validator.Dispose();
        foreach (var miner in _miners)
        {
            miner.Dispose();
        }
    }

    private static KeyPair NewKey() => KeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));

    private static Neuron Neuron(KeyPair hotkey, int uid, bool isValidator) => new(
        (ushort)uid,
        hotkey.AccountId,
        hotkey.AccountId,
        isValidator,
        AlphaAmount.FromAlpha(isValidator ? int.MaxValue : 0),
        Active: true);

    private List<string> FoldersOf(KeyPair miner) => [.. _layout.FoldersOf(miner.AccountId).Select(folder => folder.Prefix)];

    private Turn Next()
    {
        var number = Interlocked.Increment(ref _last);
        return new Turn(number, _miners[number % Miners], _now - (number / Miners % MaxAgeSeconds));
    }

    private static HttpRequestMessage FolderAccess(Turn turn, bool hasWrongSignature)
    {
        var (_, miner, timestamp) = turn;
        var text = hasWrongSignature ? "another text" : Commitment.FolderAccess(miner.AccountId, miner.AccountId, timestamp).Text;
        return Post(
            "/get-folder-access",
            $$"""{"coldkey":"{{miner}}","hotkey":"{{miner}}","timestamp":{{timestamp}},"signature":"{{Sign(miner, text)}}"}""");
    }

    private HttpRequestMessage OfValidator(string path, Commitment commitment, long timestamp, string members = "") => Post(
        path,
        $$"""{"hotkey":"{{_validator}}","timestamp":{{timestamp}},"signature":"{{Sign(_validator, commitment.Text)}}"{{members}}}""");

    private static HttpRequestMessage WithHeaders(ProofHeaders kind, Turn turn)
    {
        var body = $$"""{"hotkey":"{{turn.Miner}}"}""";
        var (nonce, timestamp) = (Guid.NewGuid().ToString("D"), turn.Timestamp * 1000);
        var text = kind.MessageOf(SHA256.HashData(Encoding.UTF8.GetBytes(body)), nonce, timestamp, signedFor: "").Text;
        var request = Post("/get-folder-access", body);
        request.Headers.Add(kind.Version, ProofHeaders.SupportedVersion);
        request.Headers.Add(kind.Timestamp, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(kind.Nonce, nonce);
        request.Headers.Add(kind.SignedBy, turn.Miner.ToString());
        request.Headers.Add(kind.Signature, Sign(turn.Miner, text));
        return request;
    }

    private static string Sign(KeyPair key, string text) => key.Sign(Encoding.UTF8.GetBytes(text)).ToString();

    private static HttpRequestMessage Post(string path, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
    }

    private readonly record struct Turn(int Number, KeyPair Miner, long Timestamp);
}
