namespace Escale.Projects.Tests;

/// <summary>A project with the shape and names of dbt's well-known example, so that generated names can be compared with those dbt gives.</summary>
internal static class JaffleShop
{
    public static TestProject Create() => new(
        ("dbt_project.yml", """
            name: 'jaffle_shop'
            config-version: 2
            version: '0.1'
            profile: 'jaffle_shop'
            model-paths: ["models"]
            seed-paths: ["seeds"]
            require-dbt-version: [">=1.0.0", "<2.0.0"]
            models:
              jaffle_shop:
                  materialized: table
                  staging:
                    materialized: view
            """),
        ("seeds/raw_customers.csv", "id,first_name\n1,Awa\n"),
        ("seeds/raw_orders.csv", "id,user_id,status\n1,1,placed\n"),
        ("seeds/raw_payments.csv", "id,order_id,payment_method,amount\n1,1,coupon,100\n"),
        ("models/staging/stg_customers.sql", "with source as (\n {#- a comment with {{ ref('x') }} -#}\n select * from {{ ref('raw_customers') }}\n) select id as customer_id from source"),
        ("models/staging/stg_orders.sql", "select id as order_id, user_id as customer_id, status from {{ ref('raw_orders') }}"),
        ("models/staging/stg_payments.sql", "select id as payment_id, order_id, payment_method, amount / 100 as amount from {{ ref('raw_payments') }}"),
        ("models/customers.sql", "select * from {{ ref('stg_customers') }} join {{ ref('stg_orders') }} using (customer_id) join {{ ref('stg_payments') }} using (order_id)"),
        ("models/orders.sql", "{% set methods = ['coupon'] %}\nselect {% for m in methods %} '{{ m }}' as {{ m }}, {% endfor %} 1 as amount from {{ ref('stg_orders') }} join {{ ref('stg_payments') }} using (order_id)"),
        ("models/docs.md", "{% docs orders_status %}\n\nOrders can be one of the following statuses:\n\n| status | description |\n{% enddocs %}\n"),
        ("models/schema.yml", """
            version: 2
            models:
              - name: customers
                description: One row per customer
                columns:
                  - name: customer_id
                    tests: [unique, not_null]
              - name: orders
                columns:
                  - name: customer_id
                    tests:
                      - relationships:
                          to: ref('customers')
                          field: customer_id
                  - name: status
                    description: '{{ doc("orders_status") }}'
                    tests:
                      - accepted_values:
                          values: ['placed', 'shipped', 'completed', 'return_pending', 'returned']
                  - name: amount
                    tests: [not_null]
            """),
        ("models/staging/schema.yml", """
            version: 2
            models:
              - name: stg_orders
                columns:
                  - name: status
                    tests:
                      - accepted_values:
                          values: ['placed', 'shipped', 'completed', 'return_pending', 'returned']
              - name: stg_payments
                columns:
                  - name: payment_method
                    tests:
                      - accepted_values:
                          values: ['credit_card', 'coupon', 'bank_transfer', 'gift_card']
            """));
}
