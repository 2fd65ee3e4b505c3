namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the store verifies the checksum of an upload, and whether it needs the length of an upload in advance.</summary>
internal sealed class UploadHeaderCheck : IStoreCheck
{
    private const string Header = "x-amz-checksum-sha256";

    // The first is the digest of other content. The second is not a SHA-256.
    private static readonly S3Parameter WellFormed = new(Header, Convert.ToBase64String(new byte[SHA256.HashSizeInBytes]));
    private static readonly S3Parameter Malformed = new(Header, "AAAA");

    public string Name => "checksums";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var key = exam.ProbePrefix + "checksum";
        var withoutLength = await exam.TryPutWithoutLengthAsync(key, cancellationToken);
        bool? lengthRequired = withoutLength.Status == HttpStatusCode.LengthRequired ? true : withoutLength.IsAccepted ? false : null;

        // A store that does not know the header ignores a malformed value too, and refuses the upload only for its wrong Content-MD5.
        var wellFormed = await exam.TryPutAsync(key, [WellFormed], [], cancellationToken);
        var malformed = await exam.TryPutAsync(key, [Malformed], [], cancellationToken);
        bool? verifies = !wellFormed.IsAccepted ? wellFormed.IsRefused && !wellFormed.IsDenied ? false : null
            : malformed.IsAccepted ? false
            : malformed.IsRefused ? true
            : null;
        exam.Capabilities = exam.Capabilities with { Checksums = verifies, LengthRequired = lengthRequired };
        return verifies switch
        {
            true => new StoreCheck(Name, StoreCheckResult.Ok, $"The store verifies {Header}."),
            false => new StoreCheck(Name, StoreCheckResult.Ok, $"The store does not verify {Header}; clients use Content-MD5 instead."),
            _ => new StoreCheck(Name, StoreCheckResult.Warn, $"The store gave no clear answer about {Header}."),
        };
    }
}
