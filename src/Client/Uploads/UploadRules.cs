namespace S3Auth.Client.Uploads;

/// <summary>Which files a deployment takes, told before anything is sent.</summary>
internal static class UploadRules
{
    private const int MaxKey = 1024;
    private const int MaxName = 255;
    private const int MaxJob = 128;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Where a file goes within the folder.</summary>
    internal static string PathOf(FileToUpload file) => file.JobId is { } job ? $"job_id={job}/{file.Path}" : file.Path;

    /// <exception cref="UnacceptableFileException">It does not take it.</exception>
    internal static void RefuseUnacceptable(FileToUpload file, Structure structure)
    {
        if (file.Size < structure.Min_bytes || file.Size > structure.Max_bytes)
        {
            throw new UnacceptableFileException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} has {file.Size} bytes: this deployment takes files of {structure.Min_bytes} to {structure.Max_bytes}."));
        }

        if (ProblemOf(file.Path) is { } problem)
        {
            throw new UnacceptableFileException($"{Shown(file.Path)} cannot be part of a key: {problem}.");
        }

        if (file.JobId is { } job && (job.Length is 0 or > MaxJob || !job.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-')))
        {
            throw new UnacceptableFileException($"{Shown(job)} is no job id: it has 1 to {MaxJob} of the characters A-Z a-z 0-9 . _ -");
        }

        if (file.Source is { } source && !structure.Sources.Contains(source))
        {
            throw new UnacceptableFileException(structure.Sources.Count == 0
                ? "This deployment has no sources: leave the source out."
                : $"{Shown(source)} is no source of this deployment; it has {string.Join(", ", structure.Sources)}.");
        }

        if (structure.Upload_method != "POST" && (file.Path.Contains('/', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(file.Path) > MaxName))
        {
            throw new UnacceptableFileException(
                $"{Shown(file.Path)} lies in a folder of its own: this deployment takes files one by one, each with a name of at most {MaxName} bytes, directly in the miner's folder or a job's.");
        }
    }

    /// <summary>The miner's folder where no grant names it.</summary>
    internal static string FolderOf(Structure structure, string? source, AccountId coldkey, AccountId hotkey) => structure.Folder_structure
        .Replace("{source}", source ?? (structure.Sources.Count > 0 ? structure.Sources[0] : ""), StringComparison.Ordinal)
        .Replace("{coldkey}", coldkey.ToString(), StringComparison.Ordinal)
        .Replace("{hotkey}", hotkey.ToString(), StringComparison.Ordinal);

    internal static void RefuseKey(string key)
    {
        if (Encoding.UTF8.GetByteCount(key) > MaxKey)
        {
            throw new UnacceptableFileException($"{Shown(key)} is longer than a key may be: {MaxKey} bytes with its folder.");
        }
    }

    private static string? ProblemOf(string path)
    {
        try
        {
            StrictUtf8.GetByteCount(path);
        }
        catch (EncoderFallbackException)
        {
            return "it is no valid Unicode";
        }

        if (path.Length == 0 || path.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            return "each of its segments must be a name, not empty, '.' or '..'";
        }

        if (path.Any(char.IsControl))
        {
            return "it has control characters";
        }

        // Forms replace it.
        return path.Contains("${filename}", StringComparison.Ordinal) ? "it has ${filename} in it, which stores replace" : null;
    }

    private static string Shown(string text) => new([.. text.Take(200).Select(character => char.IsControl(character) ? '?' : character)]);
}
