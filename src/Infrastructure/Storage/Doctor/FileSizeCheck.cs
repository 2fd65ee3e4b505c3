namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store, and each proxy in front of it, takes files of the largest size that grants allow. Proxies often refuse large
/// requests, and small tests do not show it.
/// </summary>
internal sealed class FileSizeCheck : IStoreCheck
{
    private const long BytesPerMebibyte = 1024 * 1024;

    // From the largest to the smallest, to find out what still passes.
    private static readonly long[] Sizes =
        [UploadPolicy.MaxBytes, 1024 * BytesPerMebibyte, 100 * BytesPerMebibyte, 10 * BytesPerMebibyte, BytesPerMebibyte];

    public string Name => "file_size";

    public bool IsAtClients => true;

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        ProbeAnswer? refusal = null;
        long? passes = null;
        foreach (var size in Sizes)
        {
            var answer = await exam.AnnouncePutAsync(exam.ProbePrefix + "large", size, cancellationToken);
            if (!IsTooLarge(answer))
            {
                passes = size;
                break;
            }

            refusal ??= answer;
        }

        var largest = FormattableString.Invariant($"{UploadPolicy.MaxBytes / BytesPerMebibyte} MiB");
        return refusal is null
            ? new StoreCheck(Name, StoreCheckResult.Ok, $"Files of up to {largest} may be uploaded in one request.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                $"The store, or a proxy in front of it, answers an upload of {largest} with {refusal}. "
                    + (passes is null
                        ? "It refuses 1 MiB too."
                        : FormattableString.Invariant($"An upload of {passes / BytesPerMebibyte} MiB passes.")),
                "Raise the limit of the proxy (nginx: client_max_body_size 0).");
    }

    private static bool IsTooLarge(ProbeAnswer? answer) =>
        answer is { Status: HttpStatusCode.RequestEntityTooLarge } or { Error.Code: "EntityTooLarge" };
}
