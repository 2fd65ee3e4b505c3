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
            layout.Name,
            Commitments(now),
            HeaderProof(ProofHeaders.Tao, "{lowercase hex of sha256(raw body)}.{nonce}.{timestamp}", now),
            HeaderProof(ProofHeaders.Epistula, "{lowercase hex of sha256(raw body)}.{uuid}.{timestamp}.{signed_for or nothing}", now),
            audiences.Own,
            audiences.IsRequired,
            Instructions(),
            now));
    }

    private Audience ExampleAudience => audiences.Own is [var own, ..] ? own : ExampleAccounts.Audience;

    // The examples come from the code that also checks signatures, so they cannot differ from what it expects.
    private Dictionary<string, CommitmentFormat> Commitments(long now)
    {
        var (hotkey, coldkey, validator) = (ExampleAccounts.Hotkey, ExampleAccounts.Coldkey, ExampleAccounts.Validator);
        var miner = ExampleAccounts.FolderOwner(layout);

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
            ["session"] = OfMiner("/get-session-credentials", "temporary credentials for its own folder"),
            ["validator_access"] = Describe(
                "/get-validator-access",
                "s3:validator:access:{timestamp}",
                Commitment.ValidatorAccess(now),
                "A validator requests listings of all miners' folders. Signed by the validator's hotkey."),
            ["validator_session"] = Describe(
                "/get-session-credentials",
                "s3:validator:access:{timestamp}",
                Commitment.ValidatorAccess(now),
                "A validator requests temporary credentials to read all miners' folders: role is validator. Signed by the validator's "
                    + "hotkey."),
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

    private HeaderProofFormat HeaderProof(ProofHeaders kind, string format, long now)
    {
        var body = $$"""{"audience": "{{ExampleAudience}}"}""";
        const string Nonce = "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a";

        var timestamp = now * 1000;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [kind.Version] = ProofHeaders.SupportedVersion,
            [kind.Timestamp] = timestamp.ToString(CultureInfo.InvariantCulture),
            [kind.Nonce] = Nonce,
            [kind.SignedBy] = ExampleAccounts.Hotkey.ToString(),
            [kind.Signature] = "{the signature over the text, base64 or hex}",
        };

        // Only an address that this server accepts is a useful example.
        var address = audiences.Own.Select(audience => audience.Text).FirstOrDefault(text => Ss58.TryDecode(text, out _, out _));
        var signedFor = "";
        if (kind.SignedFor is { } header && address is not null)
        {
            signedFor = headers[header] = address;
        }

        return new HeaderProofFormat(
            format, headers, body, kind.MessageOf(SHA256.HashData(Encoding.UTF8.GetBytes(body)), Nonce, timestamp, signedFor).Text);
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
            + "the port unless it is 443, and append ':' and the same text to the commitment. With a proof in headers, 'audience' in the "
            + "body is enough.",
        "Or sign headers instead, as tao_headers (Tao v2) or epistula_headers (Epistula v2) shows: the SHA-256 of the body's bytes as you "
            + "send them, the Unix time in milliseconds, and a new UUID for each request. The body then needs no hotkey, coldkey, "
            + "timestamp and signature, and no Content-Type.",
        "Epistula-Signed-For is optional. It is one of the addresses in 'audiences', and the signed text ends with it. Without this "
            + "header, the text ends with a dot.",
        "If a request has several proofs, all must verify and be from the same hotkey.",
    ];
}
