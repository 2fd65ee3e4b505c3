using S3Auth.S3;

namespace S3Auth.Application.Tests;

/// <summary>A signer that returns the parameters and the expiry instead of a signature.</summary>
internal sealed class RecordingSigner : IUrlSigner, IGrantSigner
{
    public DateTimeOffset? CredentialsEnd { get; set; }

    internal bool Unavailable { get; set; }

    /// <summary>Whether the signer refuses PUTs, as it does if the store is not safe for them.</summary>
    internal bool RefusesPuts { get; set; }

    /// <summary>The number of signatures.</summary>
    internal int Signed { get; private set; }

    public IGrantSigner At(DateTimeOffset moment) => Unavailable
        ? throw new RefusedException(RefusalCode.StorageUnavailable, "There are no credentials.")
        : this;

    /// <summary>The expiry of the renewed credentials; null if no renewal is due.</summary>
    internal DateTimeOffset? Renewed { get; set; }

    public async ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        await Task.Yield();
        CredentialsEnd = Renewed ?? CredentialsEnd;
    }

    public PostUpload SignPost(FileUpload file, DateTimeOffset expiry) => new(
        "post",
        new Fields(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = file.Key.Key, ["size"] = file.Size is null ? RangeOf(file.Sizes) : SizeOf(file), ["until"] = Until(expiry),
        }));

    public PutUpload SignPut(FileUpload file, DateTimeOffset expiry)
    {
        if (RefusesPuts)
        {
            throw new RefusedException(RefusalCode.StorageUnavailable, "PUTs are not safe.");
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (file.IsWriteOnce)
        {
            headers.Add("If-None-Match", "*");
        }

        if (file.Sha256 is { } sha256)
        {
            headers.Add("sha256", sha256.Hex);
        }

        return new PutUpload($"put {file.Key} of {SizeOf(file)} until {Until(expiry)}", headers);
    }

    public GrantUrl SignPart(ObjectName key, string storeUploadId, int number, long size, DateTimeOffset expiry) =>
        $"part {number} of {key} in {storeUploadId} of {size} until {Until(expiry)}";

    public PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry) => new(
        "post",
        new Fields(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["key"] = policy.Folder.Prefix + "${filename}", ["size"] = RangeOf(policy.Sizes), ["until"] = Until(expiry),
        }));

    public GrantUrl SignGet(ObjectName key, DateTimeOffset expiry) => $"get {key} until {Until(expiry)}";

    public GrantUrl SignList(Listing listing, DateTimeOffset expiry)
    {
        var from = listing.ContinuationToken is { } token ? $" from {token}" : "";
        var after = listing.StartAfter.IsEmpty ? "" : $" after {Convert.ToHexString(listing.StartAfter.Span)}";
        return $"list {listing.Prefix}{from}{after} by {listing.Delimiter ?? "nothing"} until {Until(expiry)}";
    }

    private static string RangeOf(FileSizeLimits sizes) => $"{sizes.MinBytes} to {sizes.MaxBytes}";

    private static string SizeOf(FileUpload file) => file.Size is { } size ? $"{size}" : "any size";

    private string Until(DateTimeOffset expiry)
    {
        Signed++;
        return $"+{expiry.ToUnixTimeSeconds() - Subnet.Now}";
    }

    private sealed class Fields(Dictionary<string, string> fields) : FormFields
    {
        protected override void WriteMembers(System.Text.Json.Utf8JsonWriter json)
        {
            foreach (var (name, value) in fields)
            {
                json.WriteString(name, value);
            }
        }
    }
}
