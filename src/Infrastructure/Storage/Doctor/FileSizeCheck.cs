namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store, and each proxy in front of it, takes files of the largest size that grants allow. Proxies often refuse large
/// requests, and small tests do not show it.
/// </summary>
/// <param name="sizes">The sizes that grants allow.</param>
internal sealed class FileSizeCheck(FileSizeLimits sizes) : IStoreCheck
{
    private const long BytesPerMebibyte = 1024 * 1024;

    // The usual limits of proxies.
    private static readonly long[] UsualLimits = [1024 * BytesPerMebibyte, 100 * BytesPerMebibyte, 10 * BytesPerMebibyte, BytesPerMebibyte];

    // From the largest to the smallest, to find out what still passes.
    private readonly long[] _sizes = [sizes.MaxBytes, .. UsualLimits.Where(size => size < sizes.MaxBytes)];

    public string Name => "file_size";

    public bool IsAtClients => true;

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        ProbeAnswer? refusal = null;
        long? passes = null;
        foreach (var size in _sizes)
        {
            var answer = await exam.AnnouncePutAsync(exam.ProbePrefix + "large", size, cancellationToken);
            if (!IsTooLarge(answer))
            {
                passes = size;
                break;
            }

            refusal ??= answer;
        }

        var largest = Describe(sizes.MaxBytes);
        return refusal is null
            ? new StoreCheck(Name, StoreCheckResult.Ok, $"Files of up to {largest} may be uploaded in one request.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                $"The store, or a proxy in front of it, answers an upload of {largest} with {refusal}. "
                    + (passes is null
                        ? $"It refuses {Describe(_sizes[^1])} too."
                        : $"An upload of {Describe(passes.Value)} passes."),
                "Raise the limit of the proxy (nginx: client_max_body_size 0).");
    }

    private static string Describe(long bytes) => bytes % BytesPerMebibyte == 0
        ? FormattableString.Invariant($"{bytes / BytesPerMebibyte} MiB")
        : FormattableString.Invariant($"{bytes} bytes");

    private static bool IsTooLarge(ProbeAnswer? answer) =>
        answer is { Status: HttpStatusCode.RequestEntityTooLarge } or { Error.Code: "EntityTooLarge" };
}
