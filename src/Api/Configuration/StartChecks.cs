using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace S3Auth.Api.Configuration;

/// <summary>
/// Reports a failed start that the operator can correct as one sentence that names the setting, instead of a stack trace.
/// </summary>
internal static class StartChecks
{
    // The host and the web server log the stack trace of a failed start.
    private static readonly string[] LoggersOfFailures =
        ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Drops the log entries of the framework about a failed start, because the caller reports the exception.</summary>
    internal static void HideStackTraces(ILoggingBuilder logging, Func<bool> isStarted)
    {
        foreach (var category in LoggersOfFailures)
        {
            logging.AddFilter(category, level => level >= LogLevel.Warning && (level < LogLevel.Error || isStarted()));
        }
    }

    /// <exception cref="ConfigurationException">A file or folder cannot be used.</exception>
    internal static void Run(IServiceProvider services, ServiceOptions options)
    {
        // Creates these services now, because their metrics must exist before the first request.
        services.GetRequiredService<IReplayGuard>();
        services.GetRequiredService<IQuota>();
        ReadFile(Settings.MetagraphFile, options.MetagraphFile, services.GetRequiredService<IMetagraph>);
        ReadFile(Settings.AccessFile, options.AccessFile, services.GetRequiredService<IAccessRules>);

        if (options.AuditFolder is { } auditFolder)
        {
            Check(Settings.AuditFolder, auditFolder, folder => Directory.CreateDirectory(folder));
        }

        // The embedded store needs the folder. A server that reads a chain works without it.
        if (options.Store is null)
        {
            Check(Settings.DataFolder, options.DataFolder, WriteInto);
        }
    }

    /// <summary>Returns why the server cannot write to the folder for what survives a restart; null if it can.</summary>
    internal static string? ProblemOfDataFolder(string folder)
    {
        try
        {
            WriteInto(folder);
            return null;
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return problem.Message;
        }
    }

    /// <summary>Describes why the server did not start; null if only a stack trace can.</summary>
    internal static string? Describe(Exception failure, ServiceOptions options)
    {
        var isStoreEmbedded = options.Store is null;
        switch (failure)
        {
            case IOException { InnerException: AddressInUseException }:
                var isPortOfStore = isStoreEmbedded && failure.Message.Contains($":{options.EmbeddedStorePort}:", StringComparison.Ordinal);
                var (setting, port) = isPortOfStore
                    ? (Settings.EmbeddedStorePort, options.EmbeddedStorePort)
                    : (Settings.Port, options.Port);
                return $"{setting} is {port}, but another program listens on this port. Stop that program, or set another port.";
            case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                return $"{Settings.Port} is {options.Port}, but this account may not listen on this port. Set a port above 1023.";
            case IOException or UnauthorizedAccessException when isStoreEmbedded:
                return $"{Settings.DataFolder} is {options.DataFolder}, but the server cannot use it: {failure.Message}";
            case IOException:
                return failure.Message;
            default:
                return null;
        }
    }

    private static void ReadFile(Setting setting, string? path, Func<object> read)
    {
        try
        {
            read();
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            throw new ConfigurationException([$"{setting} {path} cannot be used: {problem.Message}"]);
        }
    }

    private static void Check(Setting setting, string folder, Action<string> use)
    {
        try
        {
            use(folder);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw new ConfigurationException([$"{setting} is {folder}, but the server cannot use it: {problem.Message}"]);
        }
    }

    private static void WriteInto(string folder)
    {
        Directory.CreateDirectory(folder);
        using var file = new FileStream(
            Path.Combine(folder, $".write-{Guid.NewGuid():N}"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0,
            FileOptions.DeleteOnClose);
    }
}
