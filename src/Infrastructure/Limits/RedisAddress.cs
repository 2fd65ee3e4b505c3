using System.Net.Security;
using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// The URL of a Redis: <c>redis://host:port</c>, <c>rediss://</c> for TLS or <c>unix:///path</c>, with optional <c>user:password@</c> and
/// <c>/database</c>, and the query parameters of Python's redis-py (<see cref="RedisQuery"/>).
/// </summary>
public sealed class RedisAddress
{
    private const int StandardPort = 6379;
    private const string Plain = "redis";
    private const string Tls = "rediss";
    private const string Unix = "unix";

    private readonly Uri _uri;
    private readonly RedisQuery _query;
    private readonly int _database;

    private RedisAddress(Uri uri, RedisQuery query, int database) => (_uri, _query, _database) = (uri, query, database);

    /// <summary>Host and port, or the path of a Unix socket; without user and password.</summary>
    public string HostAndPort => IsUnixSocket ? SocketPath : string.Create(CultureInfo.InvariantCulture, $"{_uri.Host}:{Port}");

    /// <summary>Whether the identity of this Redis is verified: false for TLS with <c>ssl_cert_reqs=none</c>.</summary>
    public bool IsVerified => !UsesTls || _query.ChecksCertificate;

    internal string Host => _uri.Host.Trim('[', ']');

    internal bool UsesTls => _uri.Scheme == Tls;

    /// <summary>Validates the certificate of a Redis with TLS; null for the system's own validation.</summary>
    internal RemoteCertificateValidationCallback? Validation => UsesTls ? _query.Validation : null;

    private bool IsUnixSocket => _uri.Scheme == Unix;

    private string SocketPath => Uri.UnescapeDataString(_uri.AbsolutePath);

    private int Port => _uri.IsDefaultPort || _uri.Port <= 0 ? StandardPort : _uri.Port;

    /// <summary>Reads a URL.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="address">The address; null when it cannot be used.</param>
    /// <param name="problem">What is wrong and what to write instead, as the end of a sentence; null when the URL can be used. Of the URL,
    /// it contains only the name of a parameter or scheme, because the rest may hold a password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RedisAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme is not (Plain or Tls or Unix)
            || (uri.Scheme == Unix ? uri.Host.Length > 0 || uri.AbsolutePath.Length < 2 : uri.Host.Length == 0)
            || uri.Fragment.Length > 0)
        {
            problem = ProblemOf(text);
            return false;
        }

        if (!RedisQuery.TryParse(uri.Query, uri.Scheme == Tls, out var query, out problem))
        {
            return false;
        }

        var database = query.Database ?? 0;
        var path = uri.Scheme == Unix ? "" : uri.AbsolutePath.TrimStart('/');
        if (path.Length > 0 && query.Database is null && !int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database))
        {
            problem = "the path is not a database number: write redis://host:port/0";
            return false;
        }

        address = new RedisAddress(uri, query, database);
        return true;
    }

    /// <summary>Returns <see cref="HostAndPort"/>, without user and password.</summary>
    public override string ToString() => HostAndPort;

    /// <summary>Returns the endpoint to connect to. Resolves a host name by DNS.</summary>
    internal EndPoint Resolve() =>
        IsUnixSocket ? new UnixDomainSocketEndPoint(SocketPath) : new IPEndPoint(Dns.GetHostAddresses(Host)[0], Port);

    internal ConfigurationOptions Configure()
    {
        var options = new ConfigurationOptions
        {
            Ssl = UsesTls,
            DefaultDatabase = _database,
            ClientName = "s3auth",

            // A command that cannot be sent now fails at once, because its caller does not wait longer.
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 1000,
            AsyncTimeout = 5000,
            SyncTimeout = 5000,
            KeepAlive = 5,
            ReconnectRetryPolicy = new LinearRetry(500),
        };
        if (IsUnixSocket)
        {
            options.EndPoints.Add(new UnixDomainSocketEndPoint(SocketPath));
        }
        else
        {
            options.EndPoints.Add(Host, Port);
        }

        if (options.Ssl)
        {
            options.SslHost = Host;
        }

        if (Validation is { } validation)
        {
            options.CertificateValidation += validation;
        }

        var (user, password) = ReadUser();
        options.User = user ?? _query.User;
        options.Password = password ?? _query.Password;
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

    private static string ProblemOf(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "" : text[..end].ToLowerInvariant();
        return scheme switch
        {
            "sentinel" or "redis+sentinel" or "rediss+sentinel" =>
                $"{scheme}:// is not supported: write redis://host:port with an address that always leads to the primary, "
                + "such as that of a proxy or service in front of it",
            "cluster" or "redis+cluster" or "rediss+cluster" =>
                $"{scheme}:// is not supported: write redis://host:port of a Redis that is not in cluster mode",
            Unix => "write the path of the socket as unix:///run/redis.sock, and a user or password as ?username=…&password=…",
            _ => "write it as redis://host:port/database, rediss://user:password@host:port/database or unix:///path, "
                + "with special characters in user and password percent-encoded",
        };
    }
}
