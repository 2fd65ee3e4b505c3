using MediatR;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Application.Ports;
using S3Auth.Domain;
using S3Auth.Substrate;

namespace S3Auth.Application.Validators.GetValidatorAccess;

/// <summary>A validator asks to find and list every miner's folder.</summary>
public sealed record GetValidatorAccessCommand : IRequest<ValidatorAccess>, ISignedRequest
{
    /// <summary>The validator's hotkey, which signs.</summary>
    public AccountId? Hotkey { get; init; }

    /// <summary>When it signed, in Unix seconds.</summary>
    public long? Timestamp { get; init; }

    /// <summary>Its signature over <c>s3:validator:access:{timestamp}</c>.</summary>
    public Sr25519Signature? Signature { get; init; }

    /// <summary>When the grant should end, in Unix seconds; as late as possible when left out.</summary>
    public long? Expiry { get; init; }

    /// <summary>Without the signature, which opens this request to whoever reads it in time: frameworks print what they bind.</summary>
    public override string ToString() => $"GetValidatorAccessCommand of {Hotkey}";

    AccountId? ISignedRequest.NamedColdkey => null;

    Role ISignedRequest.Role => Role.Validator;

    Proof ISignedRequest.Proof => Proof.Of(Commitment.ValidatorAccess(Timestamp!.Value), Signature!.Value);
}

/// <summary>Finds every miner's folder in the bucket and signs a listing of each.</summary>
internal sealed class GetValidatorAccessHandler(Caller caller, FolderLayout layout, GrantIssuer grants, IObjectStore store)
    : IRequestHandler<GetValidatorAccessCommand, ValidatorAccess>
{
    private const string Delimiter = "/";

    public async Task<ValidatorAccess> Handle(GetValidatorAccessCommand request, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(layout.Discovery.Select(folder => store.ListFoldersAsync(folder.Prefix, cancellationToken)));

        // Opened after the listing: a grant is dated when it is given, however long the store took.
        var grant = await grants.OpenAsync(request.Expiry, cancellationToken);

        return new ValidatorAccess
        {
            Bucket = store.Bucket,
            Region = store.Region,
            ValidatorHotkey = caller.Neuron.Hotkey,
            Expiry = grant.Expiry,
            ExpirySeconds = grant.Seconds,
            Urls = SignOverview(grant),
            Miners = SignMiners(found, grant),
            StructureInfo = StructureInfo.Of(layout),
        };
    }

    private ValidatorUrls SignOverview(Grant grant)
    {
        var allData = new GlobalUrls(grant.Signer.SignList(new Listing(FolderLayout.AllDataPrefix), grant.Expiry));
        var roots = layout.Discovery
            .Select(folder => (folder.Source, folder.Prefix, Url: grant.Signer.SignList(new Listing(folder.Prefix, Delimiter), grant.Expiry)))
            .ToList();

        return layout.Sources.Count == 0
            ? new ValidatorUrls(allData, Sources: null, new MinersUrls(roots[0].Url))
            : new ValidatorUrls(
                allData,
                roots.ToDictionary(root => root.Source!.Value.Name, root => new SourceUrls(root.Url, root.Prefix), StringComparer.Ordinal),
                Miners: null);
    }

    private List<MinerFolders> SignMiners(IReadOnlyList<string>[] found, Grant grant)
    {
        var folders = new Dictionary<AccountId, List<MinerFolder>>();
        for (var i = 0; i < found.Length; i++)
        {
            foreach (var prefix in found[i])
            {
                if (!FolderLayout.TryReadFolder(layout.Discovery[i], prefix, out var folder, out var owner))
                {
                    continue;
                }

                if (!folders.TryGetValue(owner, out var ofOwner))
                {
                    folders.Add(owner, ofOwner = new List<MinerFolder>(found.Length));
                }

                ofOwner.Add(new MinerFolder(folder.Source?.Name, prefix, grant.Signer.SignList(new Listing(prefix), grant.Expiry)));
            }
        }

        return [.. folders.Select(miner => new MinerFolders(miner.Key, layout.UidOf(miner.Key, caller.Metagraph), miner.Value))];
    }
}
