namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A real S3 server: what the tests know of it.</summary>
/// <param name="Name">What it is, for humans.</param>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Region">The region it signs for.</param>
/// <param name="Keys">The account that owns the buckets.</param>
/// <param name="OtherKeys">Another account of the same server, where there is one.</param>
/// <param name="RoleArn">The role whose temporary keys the account may ask for; its name where the server does not look at it.</param>
/// <param name="IsOurs">Whether it was started for this test run, and ends with all that is in it when the run does.</param>
internal sealed record RealStore(string Name, Uri Endpoint, string Region, AccessKeys Keys, AccessKeys? OtherKeys, string RoleArn, bool IsOurs);
