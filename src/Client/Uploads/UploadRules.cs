namespace S3Auth.Client.Uploads;

/// <summary>Checks before an upload whether a deployment accepts a file.</summary>
internal static class UploadRules
{
    private const string PostMethod = "POST";
    private const int MaxKeyBytes = 1024;
    private const int MaxNameBytes = 255;
    private const long MaxSingleBytes = 5L * 1024 * 1024 * 1024;
    private const int MaxJobLength = 128;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether to request the grant of a file together with those of others.</summary>
    internal static bool UsesBatches(FileToUpload file, Structure structure, FileUploaderOptions options) =>
        structure.Supports_batch_uploads is true && !UsesParts(file, structure, options)
        && !(options.UsesFolderGrants && UsesFolderGrants(structure));

    /// <summary>Whether a deployment has grants for a whole folder.</summary>
    internal static bool UsesFolderGrants(Structure structure) => structure.Upload_method == PostMethod;

    /// <summary>Whether to send a file in parts.</summary>
    internal static bool UsesParts(FileToUpload file, Structure structure, FileUploaderOptions options) =>
        structure.Supports_multipart_uploads is true && file.Size > options.MultipartThreshold && file.Expected is null;

    /// <summary>Returns the failure of a file that exists and may not be overwritten.</summary>
    internal static RefusedException Exists(FileToUpload file) => new(
        "file_exists", HttpStatusCode.Conflict, $"{file.Path} already exists, and the upload may not overwrite it.");

    /// <summary>Returns the path of a file within the miner's folder.</summary>
    internal static string PathOf(FileToUpload file) => file.JobId is { } job ? $"job_id={job}/{file.Path}" : file.Path;

    /// <exception cref="UnacceptableFileException">The deployment does not accept the file.</exception>
    internal static void RefuseUnacceptable(FileToUpload file, Structure structure, FileUploaderOptions options)
    {
        if (file.Size < structure.Min_bytes || file.Size > structure.Max_bytes)
        {
            throw new UnacceptableFileException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} has {file.Size} bytes, but this deployment accepts {structure.Min_bytes} to {structure.Max_bytes} bytes."));
        }

        if (file.Size > MaxSingleBytes && !UsesParts(file, structure, options))
        {
            throw new UnacceptableFileException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} has {file.Size} bytes, but a file that is sent in one request has at most {MaxSingleBytes} bytes."));
        }

        if (ProblemOf(file.Path) is { } problem)
        {
            throw new UnacceptableFileException($"{Shown(file.Path)} cannot be part of a key: {problem}. Rename the file.");
        }

        RefuseDestination(structure, file.Source, file.JobId, folder: "");
        if (!UsesFolderGrants(structure) && structure.Supports_batch_uploads is not true
            && (file.Path.Contains('/', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(file.Path) > MaxNameBytes))
        {
            throw new UnacceptableFileException(
                $"{Shown(file.Path)} is in a subfolder or has a long name. This deployment accepts only names of at most {MaxNameBytes} "
                + "bytes, directly in the miner's folder or in a job's folder.");
        }
    }

    /// <summary>Refuses what is wrong for every file of a run.</summary>
    /// <exception cref="UnacceptableFileException">The deployment has no such source, or the job or the subfolder is not valid.</exception>
    internal static void RefuseDestination(Structure structure, string? source, string? jobId, string folder)
    {
        if (folder.Length > 0 && ProblemOf(folder) is { } problem)
        {
            throw new UnacceptableFileException($"{Shown(folder)} cannot be a folder of the store: {problem}.");
        }

        if (jobId is { } job && (job.Length is 0 or > MaxJobLength || !job.All(IsJobCharacter)))
        {
            throw new UnacceptableFileException(
                $"{Shown(job)} is not a valid job id. Use 1 to {MaxJobLength} of the characters A-Z a-z 0-9 . _ -");
        }

        if (source is not null && !structure.Sources.Contains(source))
        {
            throw new UnacceptableFileException(structure.Sources.Count == 0
                ? "This deployment has no sources. Leave the source out."
                : $"This deployment has no source {Shown(source)}. Its sources are {string.Join(", ", structure.Sources)}.");
        }
    }

    /// <summary>Returns the miner's folder, for uploads by PUT, where no folder grant names it.</summary>
    internal static string FolderOf(Structure structure, string? source, AccountId coldkey, AccountId hotkey) => structure.Folder_structure
        .Replace("{source}", source ?? (structure.Sources.Count > 0 ? structure.Sources[0] : ""), StringComparison.Ordinal)
        .Replace("{coldkey}", coldkey.ToString(), StringComparison.Ordinal)
        .Replace("{hotkey}", hotkey.ToString(), StringComparison.Ordinal);

    internal static void RefuseLongKey(string key)
    {
        if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
        {
            throw new UnacceptableFileException($"The key {Shown(key)} has more than {MaxKeyBytes} bytes. Use a shorter path.");
        }
    }

    private static bool IsJobCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';

    private static string? ProblemOf(string path)
    {
        try
        {
            StrictUtf8.GetByteCount(path);
        }
        catch (EncoderFallbackException)
        {
            return "it is not valid Unicode";
        }

        if (path.Length == 0 || path.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            return "it has a segment that is empty, '.' or '..'";
        }

        if (path.Any(char.IsControl))
        {
            return "it contains control characters";
        }

        return path.Contains("${filename}", StringComparison.Ordinal)
            ? "it contains ${filename}, which stores replace in upload forms"
            : null;
    }

    private static string Shown(string text) => new([.. text.Take(200).Select(character => char.IsControl(character) ? '?' : character)]);
}
