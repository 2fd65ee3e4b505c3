using Amazon.CDK;
using Amazon.CDK.AWS.IAM;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The role of sessions with temporary credentials. Only the signing identity may assume it, so a session cannot assume it again without
/// its session policy.
/// </summary>
internal sealed class SessionRole : Construct
{
    internal const string ModeVariable = "SESSION_CREDENTIALS";
    internal const string RoleVariable = "STS_ROLE_ARN";

    // AWS's maximum if the signing identity is a role itself.
    private const int MaxHours = 1;

    internal SessionRole(Construct scope, DeploymentSettings settings, SigningIdentity identity)
        : base(scope, "Sessions")
    {
        var role = new Role(this, "Role", new RoleProps
        {
            AssumedBy = identity.Principal,
            Description = "S3Auth: maximum permissions of temporary credentials",
            MaxSessionDuration = Duration.Hours(MaxHours),
        });
        foreach (var statement in StoreAccess.OfSessions(settings))
        {
            role.AddToPolicy(statement);
        }

        Arn = role.RoleArn;
    }

    /// <summary>The ARN of the role.</summary>
    internal string Arn { get; }
}
