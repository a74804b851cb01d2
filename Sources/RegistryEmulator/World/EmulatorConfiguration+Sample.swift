import AcrCore

extension EmulatorConfiguration {
  /// The world of Microsoft's article "Import container images to a container registry": its registries, subscriptions
  /// and sources, with one user, one service principal and one managed identity. Every password is `sample-password`.
  public static func sampleWorld() throws(AcrError) -> EmulatorConfiguration {
    try EmulatorConfiguration(json: Array(sample.utf8))
  }

  /// The sample world as the JSON document that a configuration file is.
  public static let sample = """
    {
      "tenants": [
        {"id": "72f988bf-0000-0000-0000-000000000001", "name": "Contoso", "domain": "contoso.example"},
        {"id": "72f988bf-0000-0000-0000-000000000002", "name": "Fabrikam", "domain": "fabrikam.example"}
      ],
      "users": [
        {"name": "sample@contoso.example", "password": "sample-password",
         "tenant": "72f988bf-0000-0000-0000-000000000001", "objectId": "00000000-aaaa-0000-0000-000000000001"}
      ],
      "servicePrincipals": [
        {"appId": "11111111-2222-3333-4444-555555555555", "displayName": "sample-principal",
         "tenant": "72f988bf-0000-0000-0000-000000000001", "objectId": "00000000-aaaa-0000-0000-000000000002",
         "secrets": ["sample-password"],
         "federatedCredentials": [
           {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:sample/sample:ref:refs/heads/main"}
         ]}
      ],
      "managedIdentities": [
        {"clientId": "66666666-7777-8888-9999-000000000000", "objectId": "00000000-aaaa-0000-0000-000000000003",
         "tenant": "72f988bf-0000-0000-0000-000000000001", "systemAssigned": true,
         "resourceId": "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myResourceGroup/providers/\
    Microsoft.ManagedIdentity/userAssignedIdentities/sample-identity"}
      ],
      "subscriptions": [
        {"id": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "name": "Sample subscription",
         "tenant": "72f988bf-0000-0000-0000-000000000001"},
        {"id": "bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f", "name": "Other subscription",
         "tenant": "72f988bf-0000-0000-0000-000000000001"},
        {"id": "cccc2c2c-dd3d-ee4e-ff5f-aaaaaa6a6a6a", "name": "Fabrikam subscription",
         "tenant": "72f988bf-0000-0000-0000-000000000002"}
      ],
      "registries": [
        {"name": "myregistry", "subscription": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "resourceGroup": "myResourceGroup",
         "location": "westus", "sku": "Premium", "adminUserEnabled": true, "adminPassword": "sample-password",
         "tokens": [{"name": "sample", "password": "sample-password",
           "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]}],
         "roleAssignments": [
           {"principal": "sample@contoso.example", "role": "Owner"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "Container Registry Data Importer and Data Reader"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "AcrPush"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "AcrDelete"},
           {"principal": "66666666-7777-8888-9999-000000000000", "role": "Contributor"}
         ]},
        {"name": "mysourceregistry", "subscription": "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
         "resourceGroup": "sourceResourceGroup", "location": "eastus", "sku": "Premium",
         "tokens": [{"name": "sample", "password": "sample-password"}],
         "roleAssignments": [
           {"principal": "sample@contoso.example", "role": "Owner"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "Reader"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "AcrDelete"},
           {"principal": "66666666-7777-8888-9999-000000000000", "role": "Reader"}
         ],
         "images": ["aci-helloworld:latest", "hello-world:latest", "tensorflow:latest-gpu", "servercore:ltsc2019",
           "team/worn:latest"]},
        {"name": "privateregistry", "subscription": "bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f",
         "resourceGroup": "privateResourceGroup", "location": "westus2", "sku": "Premium",
         "publicNetworkAccess": "Disabled", "networkRuleBypassOptions": "AzureServices",
         "tokens": [{"name": "sample", "password": "sample-password"}],
         "roleAssignments": [
           {"principal": "sample@contoso.example", "role": "Owner"},
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "AcrPull"},
           {"principal": "66666666-7777-8888-9999-000000000000", "role": "AcrPull"}
         ],
         "images": ["aci-helloworld:latest", "hello-world:latest"]},
        {"name": "sourceregistry", "subscription": "cccc2c2c-dd3d-ee4e-ff5f-aaaaaa6a6a6a",
         "resourceGroup": "fabrikamResourceGroup", "location": "northeurope", "sku": "Standard",
         "tokens": [{"name": "sample", "password": "sample-password"}],
         "roleAssignments": [
           {"principal": "11111111-2222-3333-4444-555555555555", "role": "AcrPull"},
           {"principal": "66666666-7777-8888-9999-000000000000", "role": "AcrPull"}
         ],
         "images": ["sourcerrepo:tag", "aci-helloworld:latest", "hello-world:latest"]}
      ],
      "sources": [
        {"host": "docker.io", "aliases": ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"],
         "signIn": "token", "users": [{"name": "sample", "password": "sample-password"}],
         "privateRepositories": ["sourcerepo/sourceimage", "sourcerepo/sourcerrepo"],
         "images": ["library/hello-world:latest", "library/busybox:latest", "tensorflow/tensorflow:latest-gpu",
           "sourcerepo/sourceimage:tag", "sourcerepo/sourcerrepo:tag"]},
        {"host": "ghcr.io", "signIn": "token", "users": [{"name": "sample", "password": "sample-password"}],
         "images": ["contoso/api:1.4", "contoso/untrusted:1.4"], "signed": ["contoso/api:1.4"]},
        {"host": "mcr.microsoft.com", "signIn": "none", "users": [{"name": "sample", "password": "sample-password"}],
         "images": ["windows/servercore:ltsc2019", "azuredocs/aci-helloworld:latest", "hello-world:latest"]}
      ],
      "operations": {"seconds": 0.5, "retryAfter": 1}
    }
    """
}
