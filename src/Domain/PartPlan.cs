namespace S3Auth.Domain;

/// <summary>
/// How a file is split for a multipart upload: all parts have the same size, except the last one, which has the rest. Parts are numbered
/// from 1. Specification: "Amazon S3 multipart upload limits", Amazon S3 User Guide.
/// </summary>
public readonly record struct PartPlan
{
    /// <summary>The minimum size of every part but the last, in bytes (5 MiB).</summary>
    public const long MinPartBytes = 5 * MiB;

    /// <summary>The maximum size of a part, in bytes (5 GiB).</summary>
    public const long MaxPartBytes = FileSizeLimits.MaxSingleUploadBytes;

    /// <summary>The maximum number of parts.</summary>
    public const int MaxParts = 10_000;

    /// <summary>The part size of small files, in bytes (16 MiB).</summary>
    public const long DefaultPartBytes = 16 * MiB;

    private const long MiB = 1024 * 1024;

    // Half of the maximum, so that a completion that names every part stays below the maximum size of a request.
    private const int MaxPartsByDefault = MaxParts / 2;

    private PartPlan(long size, long partSize) => (Size, PartSize) = (size, partSize);

    /// <summary>The size of the file, in bytes.</summary>
    public long Size { get; }

    /// <summary>The size of every part but the last, in bytes.</summary>
    public long PartSize { get; }

    /// <summary>The number of parts; at least 1.</summary>
    public int PartCount => (int)Math.Max(1, (Size + PartSize - 1) / PartSize);

    /// <summary>
    /// Makes the default plan for a file: <see cref="DefaultPartBytes"/>, or the smallest multiple of a MiB that results in at most 5,000
    /// parts.
    /// </summary>
    public static PartPlan Default(long size)
    {
        var smallest = (size + MaxPartsByDefault - 1) / MaxPartsByDefault;
        return new PartPlan(size, Math.Max(DefaultPartBytes, (smallest + MiB - 1) / MiB * MiB));
    }

    /// <summary>Makes a plan with this part size; false if it is not allowed or results in too many parts.</summary>
    public static bool TryMake(long size, long partSize, out PartPlan plan)
    {
        var isAllowed = partSize is >= MinPartBytes and <= MaxPartBytes && (size + partSize - 1) / partSize <= MaxParts;
        plan = isAllowed ? new PartPlan(size, partSize) : default;
        return isAllowed;
    }

    /// <summary>Whether the plan has a part of this number.</summary>
    public bool Has(long number) => number >= 1 && number <= PartCount;

    /// <summary>The size of a part, in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public long SizeOf(int number)
    {
        if (!Has(number))
        {
            throw new ArgumentOutOfRangeException(nameof(number), number, "The plan has no such part.");
        }

        return number < PartCount ? PartSize : Size - ((PartCount - 1) * PartSize);
    }
}
