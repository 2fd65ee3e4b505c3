namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>A miner with thousands of files, some of them with names that nobody would choose without a reason.</summary>
/// <param name="Miner">Whose they are.</param>
/// <param name="Contents">What each file holds, by its key.</param>
internal sealed record LargeFolder(Miner Miner, IReadOnlyDictionary<string, byte[]> Contents)
{
    private const int Files = 3000;

    // In the coldkey layout: so many in the first source's folder, the others in the second's.
    private const int OfFirstSource = 2500;

    private static readonly string[] OddNames =
    [
        "with space", "plus+sign", "percent%2Fslash", "percent%20", "a&b=c", "what?", "hash#mark", "größe-数据", "🙂", "a\u0301", "trailing-dot.", "double//slash",
        "triple///slash", "trailing-slash/", "'quotes'(and)[brackets]{braces}~!*", "\"double\"", "<tag>", "back\\slash", "semi;colon,comma:at@dollar$^`|", " leading", "trailing ",
        ".hidden", "...", "..dots", "\u202Ereversed", "\u2028separator", "deep/er/and/deep/er", "&amp;", "]]>", "null", "%00", "%", "%zz", "+", " ", "_",
    ];

    /// <summary>Every key, in the order in which its files are listed: source by source, in each by the bytes of the key.</summary>
    public IReadOnlyList<string> Keys { get; } = [.. Contents.Keys.OrderBy(SourceOf).ThenBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];

    public IReadOnlyList<string> KeysIn(string folder) => [.. Keys.Where(key => key.StartsWith(folder, StringComparison.Ordinal))];

    /// <summary>The keys that are odd.</summary>
    public IEnumerable<string> OddKeys => Keys.Where(key => !key.EndsWith(".parquet", StringComparison.Ordinal));

    /// <summary>Stores one in the deployment's bucket.</summary>
    public static async Task<LargeFolder> PutAsync(Deployment deployment)
    {
        var miner = deployment.NextMiner();
        var names = OddNames.Concat(Enumerable.Range(0, Files - OddNames.Length).Select(number => string.Create(CultureInfo.InvariantCulture, $"data_{number:D5}.parquet")));
        var keys = names.Select((name, index) => deployment.FolderOf(miner, index < OfFirstSource ? "x" : "reddit") + deployment.PathOf(name)).ToList();
        if (deployment.Layout == FolderLayoutKind.Coldkey)
        {
            // The last page of the one source and the first of the other both hold some.
            keys.AddRange(OddNames.Select(name => deployment.FolderOf(miner, "reddit") + name));
        }

        var contents = keys.ToDictionary(key => key, key => Encoding.UTF8.GetBytes(key + new string('.', key.Length % 17)), StringComparer.Ordinal);
        await deployment.Bucket.PutAllAsync(contents);
        return new LargeFolder(miner, contents);
    }

    private static int SourceOf(string key) => key.StartsWith("data/reddit/", StringComparison.Ordinal) ? 1 : 0;
}
