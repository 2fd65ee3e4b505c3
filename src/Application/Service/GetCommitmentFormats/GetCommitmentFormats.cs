using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Application.Service;

/// <summary>Request for the texts to sign.</summary>
public sealed record GetCommitmentFormatsQuery : IRequest<CommitmentFormats>;

internal sealed class GetCommitmentFormatsHandler(FolderLayout layout, AccessWindow window, Audiences audiences, TimeProvider time)
    : IRequestHandler<GetCommitmentFormatsQuery, CommitmentFormats>
{
    public Task<CommitmentFormats> Handle(GetCommitmentFormatsQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return Task.FromResult(new CommitmentFormats(
            layout.Name, Commitments(now), TaoHeaders(now), audiences.Own, audiences.IsRequired, Instructions(), now));
    }

    private Audience ExampleAudience => audiences.Own is [var own, ..] ? own : ExampleAccounts.Audience;

    // The examples come from the code that also checks signatures, so they cannot differ from what it expects.
    private Dictionary<string, CommitmentFormat> Commitments(long now)
    {
        var (hotkey, coldkey, validator) = (ExampleAccounts.Hotkey, ExampleAccounts.Coldkey, ExampleAccounts.Validator);
        var miner = layout.FolderOwnerOf(ExampleAccounts.Neuron);

        CommitmentFormat OfMiner(string path, string what) => Describe(
            path,
            "s3:data:access:{coldkey}:{hotkey}:{timestamp}",
            Commitment.FolderAccess(coldkey, hotkey, now),
            $"A miner requests {what}. Signed by the miner's hotkey, which {{coldkey}} owns on chain.");

        CommitmentFormat OfOneMiner(string path, string what) => Describe(
            path,
            "s3:validator:miner:{miner}:{timestamp}",
            Commitment.MinerAccess(miner, now),
            $"A validator requests {what}. {{miner}} is the address that it sends as miner_hotkey or miner_coldkey. Signed by the "
                + $"validator's hotkey.");

        return new Dictionary<string, CommitmentFormat>(StringComparer.Ordinal)
        {
            ["folder_access"] = OfMiner("/get-folder-access", "uploads into its own folder"),
            ["file_upload"] = OfMiner("/get-file-upload-url", "the upload of one file into its own folder"),
            ["my_files"] = OfMiner("/list-my-files", "a list of its own files"),
            ["validator_access"] = Describe(
                "/get-validator-access",
                "s3:validator:access:{timestamp}",
                Commitment.ValidatorAccess(now),
                "A validator requests listings of all miners' folders. Signed by the validator's hotkey."),
            ["miner_access"] = OfOneMiner("/get-miner-specific-access", "listings of one miner's folders"),
            ["miner_list"] = OfOneMiner("/get-miner-list", "one page of the listing of one miner's folder"),
            ["files"] = OfOneMiner("/list-files", "one page of one miner's files with download URLs"),
            ["folder_urls"] = Describe(
                "/get-folder-presigned-urls",
                "s3:validator:folders:{hotkey}:{timestamp}",
                Commitment.FolderUrls(validator, now),
                "A validator requests listings of all miners' job folders. {hotkey} is the validator's hotkey, which signs."),
            ["file_urls"] = Describe(
                "/get-file-presigned-urls",
                "s3:validator:files:{miner}:{hotkey}:{timestamp}",
                Commitment.FileUrls(miner, validator, now),
                "A validator requests downloads of one miner's files. {miner} is the address that it sends as miner_hotkey or "
                    + "miner_coldkey; {hotkey} is the validator's hotkey, which signs."),
        };
    }

    private CommitmentFormat Describe(string path, string format, Commitment example, string description) => new(
        $"POST {path}", format, example.Text, $"{format}:{{audience}}", example.WithAudience(ExampleAudience).Text, description);

    private TaoHeaderFormat TaoHeaders(long now)
    {
        var body = $$"""{"audience": "{{ExampleAudience}}"}""";
        const string Nonce = "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a";

        var timestamp = now * 1000;
        return new TaoHeaderFormat(
            "{lowercase hex of sha256(raw body)}.{nonce}.{timestamp}",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["X-Tao-Version"] = "2",
                ["X-Tao-Timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
                ["X-Tao-Nonce"] = Nonce,
                ["X-Tao-Signed-By"] = ExampleAccounts.Hotkey.ToString(),
                ["X-Tao-Signature"] = "{the signature over the text, base64 or hex}",
            },
            body,
            TaoMessage.Of(SHA256.HashData(Encoding.UTF8.GetBytes(body)), Nonce, timestamp).Text);
    }

    private string[] Instructions() =>
    [
        "Write the commitment as UTF-8 text. {timestamp} is the current Unix time in seconds.",
        "Sign exactly that text with the hotkey (sr25519, signing context 'substrate'). A signature over <Bytes>…</Bytes> around the text "
            + "is accepted too.",
        "Send the signature as hex: 64 bytes, or 65 bytes with a leading 01. The prefix 0x is allowed.",
        $"Send the same {{timestamp}} in the request. It may be at most {window.MaxAge.TotalSeconds:0} s old and "
            + $"{window.MaxAhead.TotalSeconds:0} s ahead of the server's clock.",
        "Addresses are SS58 with prefix 42.",
        "Name the server that you call, so that nobody can relay the request to another server: send 'audience', the host of the URL with "
            + "the port unless it "
            + "is 443, and append ':' and the same text to the commitment. With Tao v2 headers, 'audience' in the body is enough.",
        "Or use Tao v2 headers instead: sign the text of tao_headers, with the SHA-256 of the body's bytes as you send them, the Unix "
            + "time in milliseconds, "
            + "and a new UUID for each request. The body then needs no hotkey, coldkey, timestamp and signature. If a request has both "
            + "proofs, both "
            + "must verify.",
    ];
}
