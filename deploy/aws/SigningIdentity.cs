using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.SecretsManager;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// Who signs. With lasting keys: an IAM user that may do nothing else, whose secret goes from IAM into Secrets Manager without anybody
/// seeing it. Each key has a number and a secret of its own, so that a new one exists beside the old one for as long as grants of the old
/// one last, and changing to it is a deployment like any other, which is undone when it fails. With the task's role: no keys at all.
/// </summary>
internal sealed class SigningIdentity : Construct
{
    internal const string KeyIdVariable = "AWS_ACCESS_KEY_ID";
    internal const string SecretKeyVariable = "AWS_SECRET_ACCESS_KEY";

    internal SigningIdentity(Construct scope, DeploymentSettings settings, Role taskRole)
        : base(scope, "Signing")
    {
        var access = StoreAccess.On(DataBucket.ArnOf(settings.Environment));
        if (settings.Signing == SigningMode.TaskRole)
        {
            foreach (var statement in access)
            {
                taskRole.AddToPolicy(statement);
            }

            return;
        }

        var signer = new User(this, "Signer", new UserProps { Path = "/s3auth/" });
        foreach (var statement in access)
        {
            signer.AddToPolicy(statement);
        }

        Keys = [.. settings.SigningKeys.Select(number => MakeKey(signer, number))];
    }

    /// <summary>
    /// The keys that exist, the one to sign with last; none with the task's role. While one takes the other's place, tasks of both kinds
    /// may have to be started.
    /// </summary>
    internal IReadOnlyList<Secret> Keys { get; } = [];

    private Secret MakeKey(User signer, int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var key = new CfnAccessKey(this, $"Key{name}", new CfnAccessKeyProps { UserName = signer.UserName });
        return new Secret(this, $"Secret{name}", new SecretProps
        {
            Description = $"S3Auth: signing key {name}",
            SecretObjectValue = new Dictionary<string, SecretValue>(StringComparer.Ordinal)
            {
                // The id of a key is no secret: it stands in every signed URL.
                [KeyIdVariable] = SecretValue.UnsafePlainText(key.Ref),
                [SecretKeyVariable] = SecretValue.ResourceAttribute(key.AttrSecretAccessKey),
            },
        });
    }
}
