namespace S3Auth.Cli.Transfers;

/// <summary>Reads from <c>/structure-info</c> how a deployment names its folders.</summary>
internal static class StructureExtensions
{
    private const string JobPrefix = "job_id=";

    extension(Structure structure)
    {
        /// <summary>Whether a hotkey names a miner's folder. Otherwise a coldkey does.</summary>
        internal bool IsNamedByHotkey => structure.Folder_structure.Contains("{hotkey}", StringComparison.Ordinal);

        /// <summary>Whether one grant has a form for a whole folder. Otherwise each upload needs a grant.</summary>
        internal bool HasUploadForms => structure.Upload_method == "POST";

        /// <summary>Returns a miner by the account that names its folder.</summary>
        internal FileOwner MinerOf(AccountId account) =>
            structure.IsNamedByHotkey ? FileOwner.MinerOfHotkey(account) : FileOwner.MinerOfColdkey(account);

        /// <summary>The first source; null if the deployment has no sources.</summary>
        internal string? DefaultSource => structure.Sources.Count > 0 ? structure.Sources[0] : null;

        /// <exception cref="UsageException">The deployment has no such source.</exception>
        internal void RefuseUnknown(string? source)
        {
            if (source is not null && !structure.Sources.Contains(source))
            {
                throw new UsageException(structure.Sources.Count == 0
                    ? "This deployment has no sources. Leave --source out."
                    : $"This deployment has no source {Report.Safe(source)}. Its sources are "
                        + $"{Report.Safe(string.Join(", ", structure.Sources))}.");
            }
        }

        /// <summary>
        /// Returns the job of files that belong to no job, from the example paths of the deployment; null if files need no job. Skips the
        /// segments of the miner's folder, which may contain <c>job_id=</c> too.
        /// </summary>
        internal string? DefaultJob() => structure.Example_paths?
            .SelectMany(path => path.Split('/').Skip(structure.Folder_structure.Count(character => character == '/')))
            .FirstOrDefault(segment => segment.StartsWith(JobPrefix, StringComparison.Ordinal))?[JobPrefix.Length..];
    }
}
