namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store verifies the hash of an upload, as a checksum or as the signed hash of the payload, and whether it needs the length of
/// an upload in advance.
/// </summary>
internal sealed class UploadHeaderCheck : IStoreCheck
{
    private const string Header = "x-amz-checksum-sha256";

    // The first is the digest of other content. The second is not a SHA-256.
    private static readonly S3Parameter WellFormed = new(Header, Convert.ToBase64String(new byte[SHA256.HashSizeInBytes]));
    private static readonly S3Parameter Malformed = new(Header, "AAAA");

    // The SHA-256 of the uploaded byte, and a hash that no content has.
    private static readonly string RightHash = Convert.ToHexStringLower(SHA256.HashData("a"u8));
    private static readonly string WrongHash = Convert.ToHexStringLower(new byte[SHA256.HashSizeInBytes]);

    public string Name => "checksums";

    public bool IsAtClients => true;

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var key = exam.ProbePrefix + "checksum";
        var withoutLength = await exam.TryPutWithoutLengthAsync(key, cancellationToken);
        bool? lengthRequired = withoutLength.Status == HttpStatusCode.LengthRequired ? true : withoutLength.IsAccepted ? false : null;
        var checksums = await VerifiesChecksumsAsync(exam, key, cancellationToken);
        var hashes = await VerifiesPayloadHashesAsync(exam, key, cancellationToken);
        exam.Capabilities = exam.Capabilities with
        {
            Checksums = checksums, PayloadHashes = hashes, LengthRequired = lengthRequired,
        };
        return (checksums, hashes) switch
        {
            (true, _) => new StoreCheck(Name, StoreCheckResult.Ok, $"The store verifies {Header}."),
            (false, true) => new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                $"The store does not verify {Header}, but it verifies the hash of the content that an upload URL signs."),
            (false, null) => new StoreCheck(
                Name, StoreCheckResult.Ok, $"The store does not verify {Header}; clients use Content-MD5 instead."),
            (false, false) => new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                $"The store does not verify {Header}, nor the hash of the content that an upload URL signs; clients use Content-MD5 "
                    + "instead."),
            (null, true) => new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store gave no clear answer about {Header}, and verifies the hash of the content that an upload URL signs."),
            _ => new StoreCheck(Name, StoreCheckResult.Warn, $"The store gave no clear answer about {Header}."),
        };
    }

    // A store that does not know the header ignores a malformed value too, and refuses the upload only for its wrong Content-MD5.
    private static async Task<bool?> VerifiesChecksumsAsync(StoreExam exam, string key, CancellationToken cancellationToken)
    {
        var wellFormed = await exam.TryPutAsync(key, [WellFormed], [], cancellationToken);
        var malformed = await exam.TryPutAsync(key, [Malformed], [], cancellationToken);
        if (!wellFormed.IsAccepted)
        {
            return wellFormed.IsRefused && !wellFormed.IsDenied ? false : null;
        }

        if (malformed.IsAccepted || !malformed.IsRefused)
        {
            return malformed.IsAccepted ? false : null;
        }

        // Only the checksum is wrong now. A store that checks only the form of the header stores the byte. The doctor deletes it if it can.
        var wrong = await exam.PutAsync(key, [], [WellFormed], [], cancellationToken);
        return wrong.IsSuccess ? false : wrong.Error is not null && !wrong.IsUnrelatedToRequest ? true : null;
    }

    // The digest is wrong each time, so a store that verifies no hash answers the same to all, or does not accept such URLs.
    private static async Task<bool?> VerifiesPayloadHashesAsync(StoreExam exam, string key, CancellationToken cancellationToken)
    {
        if (exam.Capabilities.HeaderGuard is not { } barred)
        {
            return null;
        }

        var right = await SendAsync(RightHash, sent: RightHash);
        if (!right.IsAccepted)
        {
            return right.IsRefused ? false : null;
        }

        // The holder of the URL must not be able to leave out the header or to change it.
        foreach (var (signed, sent) in (IEnumerable<(string, string?)>)[(WrongHash, WrongHash), (WrongHash, null), (WrongHash, RightHash)])
        {
            var answer = await SendAsync(signed, sent);
            if (!answer.IsRefused)
            {
                return answer.IsAccepted ? false : null;
            }
        }

        return true;

        Task<ProbeAnswer> SendAsync(string signed, string? sent) => exam.TryPutAsync(
            key,
            new PutRules(ContentLength: null, barred) { PayloadHash = signed },
            sent is null ? [] : [$"{SigV4Names.Header.ContentSha256}: {sent}"],
            cancellationToken);
    }
}
