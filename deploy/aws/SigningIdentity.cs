using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.SecretsManager;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The identity that signs. With lasting keys it is an IAM user with no other permissions; its secret goes from IAM into Secrets Manager
/// and nobody sees it. Each key has a number and a secret of its own, so that the old key stays valid beside the new one while its grants
/// last. A change of the key is a normal deployment, which is undone if it fails. With the task's role there are no keys.
/// </summary>
internal sealed class SigningIdentity : Construct
{
    internal const string KeyIdVariable = "AWS_ACCESS_KEY_ID";
    internal const string SecretKeyVariable = "AWS_SECRET_ACCESS_KEY";

    internal SigningIdentity(Construct scope, DeploymentSettings settings, Role taskRole)
        : base(scope, "Signing")
    {
        var access = StoreAccess.On(settings);
        if (settings.Signing == SigningMode.TaskRole)
        {
            foreach (var statement in access)
            {
                taskRole.AddToPolicy(statement);
            }

            Principal = taskRole;
            return;
        }

        var signer = new User(this, "Signer", new UserProps { Path = "/s3auth/" });
        foreach (var statement in access)
        {
            signer.AddToPolicy(statement);
        }

        Principal = signer;
        Keys = [.. settings.SigningKeys.Select(number => MakeKey(signer, number))];
    }

    /// <summary>
    /// The existing keys; the last one signs. Empty with the task's role. During a change, ECS may start tasks with the old and the new
    /// key.
    /// </summary>
    internal IReadOnlyList<Secret> Keys { get; } = [];

    /// <summary>The IAM user, or the task's role.</summary>
    internal IPrincipal Principal { get; }

    private Secret MakeKey(User signer, int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var key = new CfnAccessKey(this, $"Key{name}", new CfnAccessKeyProps { UserName = signer.UserName });
        return new Secret(this, $"Secret{name}", new SecretProps
        {
            Description = $"S3Auth: signing key {name}",
            SecretObjectValue = new Dictionary<string, SecretValue>(StringComparer.Ordinal)
            {
                // The id of a key is not secret: every signed URL contains it.
                [KeyIdVariable] = SecretValue.UnsafePlainText(key.Ref),
                [SecretKeyVariable] = SecretValue.ResourceAttribute(key.AttrSecretAccessKey),
            },
        });
    }
}
