using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Where a Redis is: <c>redis://host:port</c>, <c>rediss://</c> for TLS, with <c>user:password@</c> and <c>/database</c> where needed.
/// </summary>
public sealed class RedisAddress
{
    private const int StandardPort = 6379;

    private readonly Uri _uri;
    private readonly int _database;

    private RedisAddress(Uri uri, int database) => (_uri, _database) = (uri, database);

    /// <summary>Host and port, without user and password.</summary>
    public string HostAndPort => string.Create(CultureInfo.InvariantCulture, $"{_uri.Host}:{Port}");

    internal int Port => _uri.IsDefaultPort || _uri.Port <= 0 ? StandardPort : _uri.Port;

    internal string Host => _uri.Host.Trim('[', ']');

    internal bool UsesTls => _uri.Scheme == "rediss";

    /// <summary>Reads a URL; false when it is none of a Redis.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RedisAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("redis" or "rediss")
            || uri.Host.Length == 0
            || uri.Query.Length > 0
            || uri.Fragment.Length > 0)
        {
            return false;
        }

        var database = 0;
        var path = uri.AbsolutePath.TrimStart('/');
        if (path.Length > 0 && !int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database))
        {
            return false;
        }

        address = new RedisAddress(uri, database);
        return true;
    }

    /// <summary>Without user and password.</summary>
    public override string ToString() => HostAndPort;

    internal ConfigurationOptions Configure()
    {
        var options = new ConfigurationOptions
        {
            Ssl = UsesTls,
            DefaultDatabase = _database,
            ClientName = "s3auth",

            // What cannot be sent now is not sent later: nobody waits for it.
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 1000,
            AsyncTimeout = 5000,
            SyncTimeout = 5000,
            KeepAlive = 5,
            ReconnectRetryPolicy = new LinearRetry(500),
        };
        options.EndPoints.Add(Host, Port);
        if (options.Ssl)
        {
            options.SslHost = Host;
        }

        var (user, password) = ReadUser();
        options.User = user;
        options.Password = password;
        return options;
    }

    // redis://:password@host has a password and no user; redis://name@host only a user.
    private (string? User, string? Password) ReadUser()
    {
        var separator = _uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = separator < 0 ? _uri.UserInfo : _uri.UserInfo[..separator];
        var password = separator < 0 ? null : Uri.UnescapeDataString(_uri.UserInfo[(separator + 1)..]);
        return (user.Length > 0 ? Uri.UnescapeDataString(user) : null, password);
    }
}
