namespace S3Auth.Deploy.Aws;

/// <summary>The kind of identity that signs grants.</summary>
public enum SigningMode
{
    /// <summary>An IAM user with lasting keys: a grant lasts up to 24 h.</summary>
    LastingKeys,

    /// <summary>The task's role: a grant ends with the role's credentials, in under 6 h.</summary>
    TaskRole,
}
