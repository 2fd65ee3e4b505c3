namespace S3Auth.Api.Configuration;

/// <summary>Logs at the start which settings the operator has set, and warns of probable mistakes.</summary>
internal static partial class StartLog
{
    internal static void Write(ILogger logger, ServiceOptions options, ServiceOptionsReader reader, IEnumerable<string> variables)
    {
        if (reader.Given.ToList() is { Count: > 0 } given)
        {
            LogSettings(logger, string.Join(", ", given));
        }

        foreach (var problem in UnknownSettings.Describe(variables))
        {
            LogUnknown(logger, problem);
        }

        foreach (var name in reader.WithoutEffect)
        {
            LogWithoutEffect(logger, name);
        }

        foreach (var endpoint in options.Chain?.Network.Endpoints.Where(endpoint => endpoint.IsOpenToForgery) ?? [])
        {
            LogForgeable(logger, endpoint.Origin);
        }

        if (options.Chain is not null && StartChecks.ProblemOfDataFolder(options.DataFolder) is { } folderProblem)
        {
            LogNoDataFolder(logger, options.DataFolder, folderProblem);
        }

        if (options.Store?.Endpoint?.AbsolutePath is { Length: > 1 } path)
        {
            LogEndpointPath(logger, path);
        }

        if (reader.HasUnsetSources)
        {
            LogDefaultSources(logger, options.Layout.Name, string.Join(',', options.Layout.Sources));
        }

        if (options.Layout.Root.Length == 0)
        {
            LogNoRoot(logger, options.Layout.Name);
        }

        if (options.Limits.Redis is { IsVerified: false } redis)
        {
            LogUnverifiedRedis(logger, redis);
        }

        if (options.PublicUrl is null && !options.LoopbackOnly)
        {
            LogNoPublicUrl(logger);
        }

        if (options.Audiences.Own.Count == 0)
        {
            LogNoAudience(logger, options.LoopbackOnly ? LogLevel.Information : LogLevel.Warning);
        }

        if (options is { ListingRedirect.Server: not null, SealKey: null, Limits.Redis: null })
        {
            LogOwnSealKey(logger);
        }
    }

    [LoggerMessage(LogLevel.Information, "S3Auth listens on port {Port} for netuid {Netuid}, layout {Layout}; see http://localhost:{Port}")]
    internal static partial void LogStarted(ILogger logger, int port, ushort netuid, string layout);

    [LoggerMessage(LogLevel.Information, "Settings from the environment: {Settings}")]
    private static partial void LogSettings(ILogger logger, string settings);

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private static partial void LogUnknown(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Warning, "{Name} is set, but has no effect here")]
    private static partial void LogWithoutEffect(ILogger logger, string name);

    [LoggerMessage(
        LogLevel.Warning,
        "The node {Endpoint} is read without TLS: an attacker on the network can forge who is registered. Set wss:// "
        + "addresses in BT_NETWORK")]
    private static partial void LogForgeable(ILogger logger, string endpoint);

    [LoggerMessage(
        LogLevel.Warning,
        "DATA_DIR is {Folder}, but the server cannot write there: {Problem} After a restart it grants nothing until it has read the chain")]
    private static partial void LogNoDataFolder(ILogger logger, string folder, string problem);

    [LoggerMessage(
        LogLevel.Warning,
        "S3_ENDPOINT has the path {Path}: the server appends the bucket to it. Remove the path unless your store documents it")]
    private static partial void LogEndpointPath(ILogger logger, string path);

    [LoggerMessage(
        LogLevel.Warning,
        "FOLDER_LAYOUT is {Layout}, but SOURCES is not set, so the sources are {Sources}. Set SOURCES to those of your subnet")]
    private static partial void LogDefaultSources(ILogger logger, string layout, string sources);

    [LoggerMessage(
        LogLevel.Warning,
        "FOLDER_LAYOUT is {Layout}, so miners' folders are at the top of the bucket and validators can list the whole bucket. Keep nothing "
        + "else in it")]
    private static partial void LogNoRoot(ILogger logger, string layout);

    [LoggerMessage(
        LogLevel.Warning,
        "REDIS_URL has ssl_cert_reqs=none: an attacker on the network between this server and Redis at {Address} can read its password "
        + "and change the counts")]
    private static partial void LogUnverifiedRedis(ILogger logger, RedisAddress address);

    [LoggerMessage(
        LogLevel.Information,
        "PUBLIC_URL is not set: the page at / shows the address in the browser, with https unless it is a loopback address")]
    private static partial void LogNoPublicUrl(ILogger logger);

    [LoggerMessage(
        Message = "This server has no audience of its own, so it also accepts requests that were signed for another server and relayed: "
        + "set PUBLIC_URL to the address that clients call")]
    private static partial void LogNoAudience(ILogger logger, LogLevel level);

    [LoggerMessage(
        LogLevel.Warning,
        "Neither SEAL_KEY nor REDIS_URL is set: listing links stop working when this process ends, and other instances reject them")]
    private static partial void LogOwnSealKey(ILogger logger);
}
