using MediatR;
using S3Auth.Domain;

namespace S3Auth.Application.Service.GetCommitmentFormats;

/// <summary>Anyone asks what to sign.</summary>
public sealed record GetCommitmentFormatsQuery : IRequest<CommitmentFormats>;

internal sealed class GetCommitmentFormatsHandler(FolderLayout layout, AccessWindow window, TimeProvider time)
    : IRequestHandler<GetCommitmentFormatsQuery, CommitmentFormats>
{
    public Task<CommitmentFormats> Handle(GetCommitmentFormatsQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var (hotkey, coldkey) = (ExampleAccounts.Hotkey, ExampleAccounts.Coldkey);

        // The examples are made by the same code that checks signatures, so they cannot differ from what is checked.
        var formats = new Dictionary<string, CommitmentFormat>(StringComparer.Ordinal)
        {
            ["folder_access"] = new(
                "POST /get-folder-access",
                "s3:data:access:{coldkey}:{hotkey}:{timestamp}",
                Commitment.FolderAccess(coldkey, hotkey, now).Text,
                "A miner asks to upload into its own folder; signed by the miner's hotkey, which {coldkey} owns on chain."),
            ["validator_access"] = new(
                "POST /get-validator-access",
                "s3:validator:access:{timestamp}",
                Commitment.ValidatorAccess(now).Text,
                "A validator asks to find and list every miner's folder; signed by the validator's hotkey."),
            ["file_urls"] = new(
                "POST /get-file-presigned-urls",
                "s3:validator:files:{miner}:{hotkey}:{timestamp}",
                Commitment.FileUrls(layout.FolderOwner(ExampleAccounts.Neuron), ExampleAccounts.Validator, now).Text,
                "A validator asks to download files of one miner; {miner} is the address it sends as miner_hotkey or miner_coldkey, {hotkey} its own, which signs."),
        };

        string[] instructions =
        [
            "Write the commitment as UTF-8 text, with {timestamp} the current Unix time in seconds.",
            "Sign exactly that text with the hotkey: sr25519, signing context 'substrate'; text wrapped as <Bytes>…</Bytes> is accepted too.",
            "Send the signature as hex: 64 bytes, or 65 with a leading 01; an 0x prefix is allowed.",
            $"Send the same {{timestamp}} in the request: at most {window.Back.TotalSeconds:0} s old and {window.Ahead.TotalSeconds:0} s ahead of this server's clock.",
            "Addresses are SS58 with prefix 42.",
        ];

        return Task.FromResult(new CommitmentFormats(layout.Name, formats, instructions, now));
    }
}
