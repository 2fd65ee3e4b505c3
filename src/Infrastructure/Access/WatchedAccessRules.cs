namespace S3Auth.Infrastructure.Access;

/// <summary>The access rules in a file. Reads an edited file within two seconds.</summary>
internal sealed partial class WatchedAccessRules : BackgroundService, IAccessRules
{
    // Public. The reason and the path of the file are only in the log.
    private const string InvalidEdit = "The edited file of access rules is invalid. The last valid rules stay in use.";

    private readonly WatchedFile<AccessRules> _file;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<WatchedAccessRules> _logger;

    /// <exception cref="InvalidDataException">The file contains no access rules.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal WatchedAccessRules(string path, TimeProvider time, ILogger<WatchedAccessRules> logger)
    {
        _file = new WatchedFile<AccessRules>(path, AccessFile.MaxBytes, AccessFile.Parse);
        (_path, _time, _logger) = (path, time, logger);
        LogRead(path, Current.Denials, Current.Readers, Current.Uploaders);
    }

    /// <inheritdoc/>
    public AccessRules Current => _file.Current;

    /// <inheritdoc/>
    public string? Problem => _file.Problem is null ? null : InvalidEdit;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _file.WatchAsync(
        _time,
        rules => LogRead(_path, rules.Denials, rules.Readers, rules.Uploaders),
        problem => LogInvalid(_path, problem),
        stoppingToken);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Read the access rules in {Path}. Denied accounts: {Denials}, readers: {Readers}, uploaders: {Uploaders}")]
    private partial void LogRead(string path, int denials, int readers, int uploaders);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The edited file of access rules {Path} is invalid. The last valid rules stay in use: {Reason}")]
    private partial void LogInvalid(string path, string reason);
}
