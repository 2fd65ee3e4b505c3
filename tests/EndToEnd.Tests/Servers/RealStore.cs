namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A real S3 server.</summary>
/// <param name="Name">A name for messages.</param>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Region">The region it signs for.</param>
/// <param name="Keys">The keys of the account that owns the buckets.</param>
/// <param name="OtherKeys">The keys of another account, if there is one.</param>
/// <param name="RoleArn">The role that the account may assume. Some servers ignore it.</param>
/// <param name="IsOurs">True if this run started the server. It then ends with the run, and its buckets need no removal.</param>
internal sealed record RealStore(
    string Name, Uri Endpoint, string Region, AccessKeys Keys, AccessKeys? OtherKeys, string RoleArn, bool IsOurs)
{
    /// <summary>A name of this machine before which the name of a bucket may stand; null if there is none.</summary>
    public string? HostStyleName { get; init; }

    /// <summary>
    /// The role of sessions (<c>STS_ROLE_ARN</c>). At Ceph it may do everything, so that only the session's own policy limits a session.
    /// </summary>
    public string SessionRoleArn { get; init; } = RoleArn;
}
