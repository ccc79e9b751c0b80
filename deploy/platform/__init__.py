"""What production needs: roles, migrations, provisioning, web servers and the commands of its containers."""
