namespace S3Auth.Deploy.Aws;

/// <summary>Whose signature grants carry.</summary>
public enum SigningMode
{
    /// <summary>An IAM user with keys that last: a grant lasts up to 24 h.</summary>
    LastingKeys,

    /// <summary>The task's role: a grant ends with the role's credentials, in under 6 h.</summary>
    TaskRole,
}
